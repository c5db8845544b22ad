"""For tests of applications: what vedette saw of them, as a pytest plugin (`pytest --vedette`)."""
