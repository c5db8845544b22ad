"""Traces out of the agent and into it again: JSON lines, OTLP JSON, Parquet."""
