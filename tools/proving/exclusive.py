"""Files that several runs of the matrix write, one at a time."""

from __future__ import annotations

import contextlib
import fcntl
from collections.abc import Iterator
from pathlib import Path

FOLDER = Path(__file__).resolve().parents[2] / ".cache" / "matrix" / "locks"


@contextlib.contextmanager
def exclusive(file: Path) -> Iterator[None]:
    """Nobody else is between the reading and the writing of `file` meanwhile; in this process neither."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    with (FOLDER / file.name).open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
