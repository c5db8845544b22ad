"""Snowflake by fakesnow: DuckDB behind Snowflake's protocol, in a virtual environment of its own.

It needs Python 3.11 or newer, whichever runs the tests.
"""

from __future__ import annotations

import contextlib
import itertools
import json
import os
import shutil
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.services import process

VERSION = "0.12.1"
CACHE = Path(__file__).resolve().parents[2] / ".cache" / f"fakesnow-{VERSION}"
PROGRAM = Path(__file__).with_name("fakesnow_server.py")


@dataclass(frozen=True)
class Snowflake:
    """A running server."""

    port: int
    host: str = "127.0.0.1"
    _numbers: Iterator[int] = field(default_factory=itertools.count)

    def options(self) -> dict[str, Any]:
        """Keyword arguments of `connect`. Databases are made by statements, by names from ``database()``."""
        told = {"user": "fake", "password": "snow", "account": "fakesnow", "protocol": "http"}
        quiet = {"CLIENT_OUT_OF_BAND_TELEMETRY_ENABLED": False, "CLIENT_TELEMETRY_ENABLED": False}
        return {**told, "host": self.host, "port": self.port, "session_parameters": quiet}

    def database(self) -> str:
        """A name that nobody else uses."""
        return f"TEST_{next(self._numbers)}"

    def received(self) -> list[dict[str, Any]]:
        """What was asked of the server: paths, headers, statements."""
        with urllib.request.urlopen(f"http://{self.host}:{self.port}/test/received", timeout=10) as answer:
            return list(json.load(answer))


def python() -> str:
    """An interpreter that fakesnow runs on; gives the test up if there is none."""
    if sys.version_info >= (3, 11):
        return sys.executable
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"))
    for version in ("3.13", "3.12", "3.11"):
        found = [*pyenv.glob(f"versions/{version}.*/bin/python{version}"), shutil.which(f"python{version}")]
        for path in filter(None, found):
            if subprocess.run([str(path), "-c", ""], capture_output=True, check=False).returncode == 0:
                return str(path)
    return process.missing("fakesnow needs Python 3.11 or newer, which is not installed")


def interpreter() -> Path:
    """The interpreter of fakesnow's environment, which is made once per machine."""
    inside, done = CACHE / "bin" / "python", CACHE / "complete"
    if not done.exists():
        wanted = [f"fakesnow[server]=={VERSION}", "snowflake-connector-python<5"]
        try:
            subprocess.run([python(), "-m", "venv", "--clear", str(CACHE)], check=True, capture_output=True)
            subprocess.run([str(inside), "-m", "pip", "install", "-q", *wanted], check=True, capture_output=True)
        except (OSError, subprocess.CalledProcessError) as error:
            process.missing(f"fakesnow could not be installed: {error}")
        done.touch()
    return inside


@contextlib.contextmanager
def running() -> Iterator[Snowflake]:
    """One server on loopback."""
    inside = str(interpreter())

    def command(_home: Path, port: int) -> list[str]:
        return [
            inside,
            "-P",
            str(PROGRAM),
            str(port),
        ]  # -P: the program's own folder would hide fakesnow behind this file

    with process.served("fakesnow", command, _ready) as port:
        yield Snowflake(port)


def _ready(port: int) -> bool:
    try:
        return Snowflake(port).received() == []
    except urllib.error.URLError:
        return False
