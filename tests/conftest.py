"""What every room of the tests can use."""

pytest_plugins = ["tests.services.fixtures"]
