"""`vedette doctor` of commands that it runs, and of processes that run already."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.cli.test_config import SOURCE, vedette


def findings(folder: Path, *arguments: str, **environ: str) -> tuple[int, dict[str, dict[str, Any]]]:
    """Exit code, and the findings by their text."""
    done = vedette(folder, "doctor", "--json", *arguments, VEDETTE_EXPORTERS="none", **environ)
    told = json.loads(done.stdout)["findings"]
    return done.returncode, {finding["text"]: finding for finding in told}


def test_a_command_tells_what_it_instrumented(tmp_path: Path) -> None:
    (tmp_path / "app.py").write_text("import sqlite3, flask\nsqlite3.connect(':memory:')\nprint('to be seen')\n")
    code, found = findings(tmp_path, "--", "python", "app.py", VEDETTE_SERVICE="shop")
    assert code == 1  # nobody to send to
    assert "vedette was at work in 1 process of the command" in found
    assert any(text.startswith("flask ") and "is instrumented in" in text for text in found)
    assert {each["code"] for each in found.values() if each["level"] != "ok"} == {"V405"}


def test_a_command_that_runs_on_is_ended(tmp_path: Path) -> None:
    (tmp_path / "app.py").write_text("import time\ntime.sleep(600)\n")
    _, found = findings(tmp_path, "--seconds", "3", "--", "python", "app.py")
    assert "vedette was at work in 1 process of the command" in found


def test_a_command_that_fails(tmp_path: Path) -> None:
    _, found = findings(tmp_path, "--", "false")
    assert {"V801", "V802"} <= {each["code"] for each in found.values()}


@pytest.mark.skipif(sys.platform != "linux", reason="processes can be looked at on Linux only")
@pytest.mark.parametrize("auto", [True, False])
def test_a_process_that_runs(tmp_path: Path, auto: bool) -> None:
    program = f"{'import vedette.auto' if auto else 'pass'}\nprint('up', flush=True)\nimport time; time.sleep(600)"
    environ = {"PYTHONPATH": SOURCE, "VEDETTE_EXPORTERS": "none", "VEDETTE_SERVICE": "mine"}
    with subprocess.Popen([sys.executable, "-c", program], env=environ, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "up\n"
        _, found = findings(tmp_path, "--pid", str(process.pid))
        process.kill()
    seen = {each["code"] for each in found.values()}
    assert ("V103" in seen, "V104" in seen) == (not auto, auto)
    assert "service mine, by VEDETTE_SERVICE" in found


def test_processes_that_are_not_there(tmp_path: Path) -> None:
    done = vedette(tmp_path, "doctor", "--pid", "4194305")
    assert done.returncode == 2
    assert "there is no process" in done.stderr or "Linux only" in done.stderr
    assert vedette(tmp_path, "doctor", "--pid", "1", "--", "true").returncode == 2
