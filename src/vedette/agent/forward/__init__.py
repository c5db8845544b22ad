"""Passing on what was received to an OTLP endpoint or a Datadog Agent: retried, spooled, across restarts."""
