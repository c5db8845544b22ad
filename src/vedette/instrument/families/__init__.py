"""What look-alike libraries share: one module per family."""
