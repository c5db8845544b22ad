"""The agent's answers for coding assistants, by the Model Context Protocol (https://modelcontextprotocol.io)."""
