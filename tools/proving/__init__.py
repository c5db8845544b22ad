"""The parts of the test matrix: interpreters, environments, the package for each Python, and what was proved."""
