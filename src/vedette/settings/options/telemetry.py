"""What the process tells about itself, to the user's own agent."""

from __future__ import annotations

from vedette.settings.kinds import BOOLEAN, TEXT, number
from vedette.settings.option import Option

SECONDS = number(1.0, form="seconds")

OPTIONS = (
    Option(
        "telemetry",
        BOOLEAN,
        True,
        ("DD_INSTRUMENTATION_TELEMETRY_ENABLED",),
        "Whether the agent is told of settings, packages and integrations; never anybody but the agent that gets the "
        "traces, and no OTLP receiver.",
    ),
    Option(
        "telemetry_heartbeat",
        SECONDS,
        60.0,
        ("DD_TELEMETRY_HEARTBEAT_INTERVAL",),
        "Seconds between two signs of life to the agent.",
    ),
    Option(
        "telemetry_extended_heartbeat",
        SECONDS,
        86_400.0,
        ("DD_TELEMETRY_EXTENDED_HEARTBEAT_INTERVAL",),
        "Seconds after which the agent is told everything again.",
    ),
    Option(
        "telemetry_metrics",
        BOOLEAN,
        True,
        ("DD_TELEMETRY_METRICS_ENABLED",),
        "Whether the agent is told of counts: spans, requests, inspections.",
    ),
    Option(
        "telemetry_dependencies",
        BOOLEAN,
        True,
        ("DD_TELEMETRY_DEPENDENCY_COLLECTION_ENABLED",),
        "Whether the agent is told which packages are in use.",
    ),
    Option(
        "telemetry_logs",
        BOOLEAN,
        True,
        ("DD_TELEMETRY_LOG_COLLECTION_ENABLED",),
        "Whether the agent is told of errors within vedette: their kind and place, nothing of the application.",
    ),
    Option(
        "crash_reports",
        BOOLEAN,
        True,
        ("DD_CRASHTRACKING_ENABLED",),
        "Whether the agent is told when a fault (such as SIGSEGV) kills the process; whoever handles faults already, "
        "such as `faulthandler`, goes on doing so instead.",
    ),
    Option("install_id", TEXT, None, ("DD_INSTRUMENTATION_INSTALL_ID",), "Id of the installation, told to the agent."),
    Option("install_type", TEXT, None, ("DD_INSTRUMENTATION_INSTALL_TYPE",), "How it was installed."),
    Option("install_time", TEXT, None, ("DD_INSTRUMENTATION_INSTALL_TIME",), "When, in seconds since the epoch."),
)
