"""Runs one application under one of the tracers."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.differential.environment import ROOT
from tests.services.recorder import Recorder

APPS = Path(__file__).resolve().parent / "apps"
LAUNCHERS = {"theirs": ("ddtrace-run", "python"), "ours": ("python", "-m", "vedette", "run", "--", "python")}


def played(app: str, tracer: str, python: Path, recorder: Recorder, places: Mapping[str, str]) -> list[dict[str, Any]]:
    """The spans that the recorder got. Both tracers have the same settings, by the names of the reference.

    `places` is put into the environment, above these settings.
    """
    recorder.clear()
    folder = Path(tempfile.mkdtemp(prefix="vedette-differential-"))  # outside of any package: it may name the service
    shutil.copytree(APPS, folder / "shop")
    environ = {name: value for name, value in os.environ.items() if not name.startswith(("DD_", "VEDETTE_", "OTEL_"))}
    environ.update(
        PATH=f"{python.parent}{os.pathsep}{environ['PATH']}",
        PYTHONPATH=str(ROOT / "src") if tracer == "ours" else "",
        PYTHONDONTWRITEBYTECODE="1",
        TRACER=tracer,
        DD_TRACE_AGENT_URL=recorder.url,
        DD_INSTRUMENTATION_TELEMETRY_ENABLED="false",
        DD_REMOTE_CONFIGURATION_ENABLED="false",
        DD_APPSEC_ENABLED="false",
        DD_TRACE_STARTUP_LOGS="false",
        # Off unless asked for, in both.
        DD_TRACE_URLLIB3_ENABLED="true" if app == "urllib3" else "false",
        DD_TRACE_HTTPLIB_ENABLED="true" if app == "httplib" else "false",
        DD_TRACE_TORNADO_ENABLED="true",
        DD_TRACE_SNOWFLAKE_ENABLED="true",
        DD_TRACE_SQLALCHEMY_ENABLED="true" if app == "sqlalchemy" else "false",
        VEDETTE_PROTECTION="off",
        VEDETTE_TRACE_DETAIL="full",
    )
    environ.update(places)
    first, *rest = LAUNCHERS[tracer]
    command = [str(python.parent / first), *rest, str(folder / "shop" / f"{app}_app.py")]
    done = subprocess.run(command, env=environ, cwd=folder, capture_output=True, text=True, timeout=90, check=False)
    shutil.rmtree(folder, ignore_errors=True)
    assert done.returncode == 0, f"{tracer}: {done.stdout[-2000:]}{done.stderr[-4000:]}"
    spans = recorder.wait_for(lambda seen: bool(seen.spans), seconds=5).spans
    assert spans, f"{tracer} sent nothing: {done.stderr[-2000:]}"
    return spans
