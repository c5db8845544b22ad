"""Where an agent listens that was not told otherwise, and so where those look for it that were not."""

from __future__ import annotations

HOST = "127.0.0.1"
PORT = 8126
"""Of the page and of the receiver of Datadog's protocol, as Datadog's Agent has it."""
OTLP_PORT = 4318
"""Of the receiver of OTLP over HTTP, as the OpenTelemetry specification has it."""
URL = f"http://{HOST}:{PORT}"
