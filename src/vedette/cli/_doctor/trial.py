"""Runs a command under `vedette run` for a while, and gathers what its processes tell of themselves."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import vedette
from vedette.cli._doctor.patient import Patient

LAUNCH = """import sys
sys.path.insert(0, sys.argv.pop(1))
from vedette.cli.run import main
sys.exit(main(sys.argv[1:]))
"""
GRACE = 10.0
"""Seconds that the command may take to end when it is asked to."""


def patient_of(command: list[str], seconds: float, environ: Mapping[str, str] | None = None) -> Patient:
    """Runs the command until it ends, or for `seconds`; what it prints goes to standard error."""
    own = dict(os.environ if environ is None else environ)
    with tempfile.TemporaryDirectory(prefix="vedette-doctor-") as folder:
        code = _run(command, seconds, {**own, "VEDETTE_REPORT_FOLDER": folder})
        reports = [report for file in sorted(Path(folder).glob("*.json")) if (report := _read(file))]
    return Patient(" ".join(command), own, os.getcwd(), tuple(command), reports, code)


def _run(command: list[str], seconds: float, environ: Mapping[str, str]) -> int | None:
    """The exit code, or None if the command had to be ended."""
    source = str(Path(vedette.__path__[0]).parent)
    started = subprocess.Popen(
        [sys.executable, "-c", LAUNCH, source, "--", *command],
        env=dict(environ),
        stdout=sys.stderr.fileno(),
        start_new_session=True,
    )
    try:
        return started.wait(seconds)
    except subprocess.TimeoutExpired:
        return None
    finally:
        if started.poll() is None:  # also after Ctrl-C, which does not reach a session of its own
            _end(started)


def _end(started: subprocess.Popen[Any]) -> None:
    started.send_signal(signal.SIGINT if os.name != "nt" else signal.SIGTERM)
    with contextlib.suppress(subprocess.TimeoutExpired):
        started.wait(GRACE)
    with contextlib.suppress(ProcessLookupError, AttributeError):
        os.killpg(started.pid, signal.SIGKILL)
    started.wait()


def _read(file: Path) -> dict[str, Any] | None:
    try:
        told: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return told
