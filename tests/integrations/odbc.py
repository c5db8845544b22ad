"""Drivers of ODBC by the files that they are in."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

from tests.services import process


def connection_string(name: str, file: str, **more: str) -> str:
    """A connection string; wheels hold a manager of their own that may not look where Debian names the drivers."""
    if shutil.which("odbcinst") is None:
        process.missing("unixODBC is not installed")
    found = subprocess.run(["odbcinst", "-q", "-d", "-n", name], capture_output=True, text=True, check=False).stdout
    library = next((line.partition("=")[2] for line in found.splitlines() if line.startswith("Driver=")), None)
    if library is None:
        process.missing(f"the ODBC driver {name} is not installed")
    path = library if library.startswith("/") else next(map(str, Path("/usr/lib").glob(f"*/odbc/{file}")), library)
    return "".join(f"{key}={value};" for key, value in {"Driver": path, **more}.items())
