"""The contract with the host application, over every integration there is."""
