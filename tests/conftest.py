"""What every room of the tests can use."""

pytest_plugins = ["tests.in_memory", "tests.services.fixtures"]
