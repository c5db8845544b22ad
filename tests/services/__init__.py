"""Real servers for the tests: each starts once per session, on first use, on ephemeral loopback ports."""
