"""What becomes of an ordinary request by the sampling settings: tried, in a process of its own."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import vedette
from vedette.cli._doctor.finding import Finding, well
from vedette.cli._doctor.patient import Patient

TRIED = 2000
"""Requests: enough to tell 1 in 100 from none."""
PATIENCE = 60.0
"""Seconds that they may take."""

PROGRAM = f"""
import vedette
vedette.start(in_memory=True, instrument=False, protection="off")
kept = 0
for _ in range({TRIED}):
    headers = {{}}
    with vedette.tracer.span("http.request", resource="GET /", type="web", kind="server") as span:
        vedette.inject(headers, span)
    kept += headers.get("traceparent", "-00")[-2:] == "01" or int(headers.get("x-datadog-sampling-priority", 0)) > 0
print("kept", kept)
"""


def check(patient: Patient) -> Iterator[Finding]:
    """A request `GET /` without a trace context of its own."""
    if not patient.settings.enabled:
        return
    kept = _kept(patient)
    if kept is None:
        return
    if kept == 0:
        yield Finding("V601", "warning", "no request would be kept", _why(patient))
    elif kept < TRIED:
        yield Finding("V602", "note", f"about {kept / TRIED:.0%} of requests would be kept", _why(patient))
    else:
        yield well("every request would be kept (an agent may ask for less)")


def _kept(patient: Patient) -> int | None:
    source = str(Path(vedette.__path__[0]).parent)
    environ = {**patient.environ, "PYTHONPATH": source, "VEDETTE_ENABLED": "true"}
    environ["VEDETTE_RATE_LIMIT"] = "1000000"  # so many at once are nobody's ordinary requests
    environ.pop("VEDETTE_LAUNCHED", None)
    try:
        done = subprocess.run(
            [sys.executable, "-c", PROGRAM],
            env=environ,
            cwd=patient.directory,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )
    except subprocess.TimeoutExpired:  # a busy machine: the other checks have something to say all the same
        return None
    word, _, number = done.stdout.strip().rpartition(" ")
    return int(number) if word == "kept" and number.isdigit() else None


def _why(patient: Patient) -> str:
    names = ("sampling_rules", "sample_rate", "rate_limit")
    origins = [patient.settings.origin(name) for name in names]
    return ", ".join(f"{origin.key}={origin.raw}" for origin in origins if origin.source != "default")
