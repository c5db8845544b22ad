"""The CPythons on this machine."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

SUPPORTED = ("3.9", "3.10", "3.11", "3.12", "3.13")


def installed(wanted: tuple[str, ...] = SUPPORTED) -> dict[str, Path]:
    """Version (`3.12`) to interpreter, for each that is here: on PATH, by pyenv, or by uv."""
    found = {version: _first(version) for version in wanted}
    return {version: path for version, path in found.items() if path is not None}


def _first(version: str) -> Path | None:
    return next((path for path in _candidates(version) if _is_cpython(path, version)), None)


def _candidates(version: str) -> Iterator[Path]:
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"))
    yield from sorted(pyenv.glob(f"versions/{version}.*/bin/python{version}"), reverse=True)
    on_path = shutil.which(f"python{version}")
    if on_path:
        yield Path(on_path)
    for line in _output(sys.executable, "-m", "uv", "python", "find", "--no-python-downloads", version).splitlines():
        yield Path(line)


def _is_cpython(path: Path, version: str) -> bool:
    program = "import sys; print(sys.implementation.name, '%d.%d' % sys.version_info[:2])"
    return _output(str(path), "-c", program).split() == ["cpython", version]


def _output(*command: str) -> str:
    try:
        return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60).stdout
    except (OSError, subprocess.TimeoutExpired):
        return ""
