"""A flare: gathers what tells how this process is doing, and sends it to the agent that asked."""

from __future__ import annotations

import logging
import os

from vedette import _native
from vedette.lifecycle.announcement import announcement
from vedette.lifecycle.identity import inferred_service
from vedette.remote import flare
from vedette.settings import OPTIONS
from vedette.settings.masking import sendable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from vedette.lifecycle import Running
    from vedette.remote.flare import Task

_MOST_LINES = 5_000
_LOGGER = logging.getLogger("vedette")


class _Noted(logging.Handler):
    """Keeps the last lines of vedette's log."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = []
        self.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s"))

    def emit(self, record: logging.LogRecord) -> None:
        """Notes a line."""
        self.lines.append(self.format(record))
        del self.lines[:-_MOST_LINES]


_noted: list[tuple[_Noted, int]] = []
"""The handler, and the level that the log had before."""


def note_level(level: str | None) -> None:
    """From now on vedette's log is noted at this level; None: no more, and its own level again."""
    while _noted:
        handler, before = _noted.pop()
        _LOGGER.removeHandler(handler)
        _LOGGER.setLevel(before)
    if level is None or level == "off":
        return
    handler = _Noted()
    _noted.append((handler, _LOGGER.level))
    _LOGGER.addHandler(handler)
    _LOGGER.setLevel("DEBUG" if level == "trace" else level.upper())


def send(running: Running, task: Task) -> str:
    """Sends a flare; why it could not be, empty if it was."""
    try:
        return _sent(running, task)
    except Exception as error:  # whatever it is: the other configurations are put in force
        return f"the flare could not be sent: {error}"


def _sent(running: Running, task: Task) -> str:
    settings = running.settings
    sender = f"{settings.service or inferred_service()}-{os.getpid()}"
    content_type, body = flare.multipart(task, flare.archive(_files(running)), sender)
    status = _native.post(str(settings.agent_url), flare.PATH, content_type, body, settings.send_timeout)
    return "" if 200 <= status < 300 else f"the flare was answered with status {status}"


def _files(running: Running) -> dict[str, Any]:
    settings = running.settings
    return {
        "configuration.json": announcement(settings),
        "settings.json": {name: _origins(running, name) for name in OPTIONS},
        "counters.json": _native.counters(),
        "remote.json": _native.remote_status(),
        "log.txt": "\n".join(line for handler, _ in _noted for line in handler.lines) or "nothing was logged\n",
    }


def _origins(running: Running, name: str) -> list[tuple[str, str, object]]:
    """Each source that has a value for an option: what it is, its name, the value if that is no secret."""
    origins = running.settings.all_origins(name)
    return [(origin.source, origin.key, sendable(OPTIONS[name], origin.value)) for origin in origins]
