"""Taking in what tracers send: the Datadog Agent protocol and OTLP over HTTP."""
