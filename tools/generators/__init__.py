"""What makes the generated files, one module per source of facts."""
