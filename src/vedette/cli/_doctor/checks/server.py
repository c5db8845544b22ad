"""What the command line says of the process model, where it stands in the way."""

from __future__ import annotations

import os
from collections.abc import Iterator

from vedette.cli._doctor.finding import Finding
from vedette.cli._doctor.patient import Patient

HIDING = {"-I", "-E", "-S"}
"""Options of Python with which variables, or what they start, are not seen."""


def check(patient: Patient) -> Iterator[Finding]:
    """Servers with options that matter, and programs that hide the environment."""
    words = [os.path.basename(word) if at == 0 else word for at, word in enumerate(patient.command)]
    if not words:
        return
    program = next((os.path.basename(word) for word in patient.command if _is_server(word)), words[0])
    if program.startswith("uwsgi"):
        yield from _uwsgi(words)
    hidden = HIDING & set(words[1:]) if words[0].startswith("python") else set()
    if hidden or words[:2] == ["env", "-i"] or words[0] == "sudo":
        yield Finding("V503", "warning", f"{' '.join(words[:3])} starts Python with another environment")


def _is_server(word: str) -> bool:
    return os.path.basename(word).startswith("uwsgi")


def _uwsgi(words: list[str]) -> Iterator[Finding]:
    threaded = any(word.startswith(("--enable-threads", "--threads", "-T", "--gevent")) for word in words)
    if not threaded and not any(word.startswith("--ini") or word.endswith((".ini", ".yml", ".xml")) for word in words):
        yield Finding("V501", "warning", "uWSGI runs without threads")
    if "--skip-atexit" in words:
        yield Finding("V502", "warning", "uWSGI's workers end without their end handlers", "--skip-atexit")
