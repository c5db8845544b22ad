"""A virtual environment for one cell, kept between runs."""

from __future__ import annotations

import datetime
import json
import os
import subprocess
import sys
from pathlib import Path

from proving.cells import LATEST, Cell, requirements
from proving.package import CACHE

# What runs the tests and their servers, in versions that all Pythons have.
RUNNER = (
    "pytest>=8.3,<10",
    "pytest-asyncio>=0.24,<2",
    "pytest-rerunfailures>=15,<17",
    "pytest-timeout>=2.3,<3",
    "msgpack>=1,<2",
)
BUILD = "build:"
"""What stands before requirements on the tools that build old releases, such as `build:setuptools<58`."""

WEEK = "week:"
"""What stands before the week in which the newest versions were asked for: in the next one there may be newer ones."""


class NotInstallable(Exception):
    """The package index has no such version for this Python, or it can't be built."""


class Unreachable(Exception):
    """The package index did not answer."""


_NO_ANSWER = ("error sending request", "Failed to fetch", "timed out", "Connection refused", "Could not connect")


def prepared(cell: Cell, python: Path) -> Path:
    """The interpreter of the cell's environment.

    Raises NotInstallable or Unreachable, with the installer's last words.
    """
    home = CACHE / "environments" / cell.name
    inside = home / "bin" / "python"
    wanted = [*requirements(cell.integration, cell.version), *RUNNER]
    if cell.version == LATEST:
        wanted.append(f"{WEEK}{datetime.date.today():%G-%V}")
    record = home / "requirements.json"
    if not record.exists() or json.loads(record.read_text(encoding="utf-8")) != [str(python), *wanted]:
        _run("venv", "--quiet", "--clear", "--python", str(python), str(home))
        constraints = home / "build-constraints.txt"
        constraints.write_text("".join(f"{each[len(BUILD) :]}\n" for each in wanted if each.startswith(BUILD)))
        packages = [each for each in wanted if not each.startswith((BUILD, WEEK))]
        options = ["--quiet", "--python", str(inside), "--build-constraints", str(constraints)]
        _run("pip", "install", *options, *packages)
        record.write_text(json.dumps([str(python), *wanted]), encoding="utf-8")
    return inside


def _run(*arguments: str) -> None:
    environ = {name: value for name, value in os.environ.items() if name != "VIRTUAL_ENV"}
    command = [sys.executable, "-m", "uv", *arguments]
    done = subprocess.run(command, env=environ, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        unreachable = any(words in done.stderr for words in _NO_ANSWER)
        raise (Unreachable if unreachable else NotInstallable)(done.stderr.strip())


def installed_version(python: Path, distribution: str) -> str:
    """The version that the environment got."""
    program = "import importlib.metadata, sys; print(importlib.metadata.version(sys.argv[1]))"
    return subprocess.run(
        [python, "-c", program, distribution], capture_output=True, text=True, check=True
    ).stdout.strip()


def import_error(python: Path, modules: tuple[str, ...]) -> str | None:
    """Why the bare library does not run on this Python; None if it does."""
    program = "import importlib, sys; [importlib.import_module(name) for name in sys.argv[1:]]"
    done = subprocess.run([python, "-c", program, *modules], capture_output=True, text=True, check=False)
    return None if done.returncode == 0 else (done.stderr.strip().splitlines() or ["no reason given"])[-1]
