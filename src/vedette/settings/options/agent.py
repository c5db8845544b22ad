"""Where the Datadog Agent, or vedette's own, listens."""

from __future__ import annotations

from vedette.settings.kinds import HOST, PORT, URL
from vedette.settings.option import Option

OPTIONS = (
    Option(
        "agent_url",
        URL,
        None,
        ("DD_TRACE_AGENT_URL",),
        "Address of the agent, `http://host:port` or `unix:///path`; wins over host and port.",
    ),
    Option(
        "agent_host",
        HOST,
        "localhost",
        ("DD_AGENT_HOST", "DD_TRACE_AGENT_HOSTNAME"),
        "Host of the agent, also the default host for OTLP.",
    ),
    Option(
        "agent_port",
        PORT,
        8126,
        ("DD_TRACE_AGENT_PORT", "DD_AGENT_PORT"),
        "Port of the agent.",
    ),
)
