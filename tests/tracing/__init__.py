"""The tracer by hand."""
