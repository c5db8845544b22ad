"""Where the Datadog Agent keeps the configuration for the applications of its host."""

from __future__ import annotations

from os import environ
from sys import platform

_FILE = "application_monitoring.yaml"


def stable_paths(directory: str | None = None) -> tuple[str, str]:
    """The files of the host's administrator and of fleet management, in this order."""
    if platform == "win32":
        home = directory or environ.get("PROGRAMDATA", r"C:\ProgramData") + r"\Datadog"
        return f"{home}\\{_FILE}", f"{home}\\managed\\datadog-agent\\stable\\{_FILE}"
    if platform == "darwin":
        home = directory or "/opt/datadog-agent/etc"
        return f"{home}/{_FILE}", f"{home}/stable/{_FILE}"
    home = directory or "/etc/datadog-agent"
    return f"{home}/{_FILE}", f"{home}/managed/datadog-agent/stable/{_FILE}"
