"""The tests; a package, so that its rooms can share the servers under tests.services."""
