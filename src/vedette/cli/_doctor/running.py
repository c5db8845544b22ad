"""A process that runs already, as Linux tells of it."""

from __future__ import annotations

from pathlib import Path

from vedette.cli._doctor.patient import Patient

PROC = Path("/proc")


class NotThere(Exception):
    """There is no such process, or it is another user's."""


def patient_of(pid: int) -> Patient:
    """Raises NotThere."""
    folder = PROC / str(pid)
    if not PROC.is_dir():
        raise NotThere("processes can be looked at on Linux only; run `vedette doctor -- COMMAND` in its place")
    try:
        command = tuple(_texts(folder / "cmdline"))
        environ = dict(text.split("=", 1) for text in _texts(folder / "environ") if "=" in text)
        return Patient(
            name=f"process {pid} ({' '.join(command)[:80]})",
            environ=environ,
            directory=str((folder / "cwd").resolve()),
            command=command,
            pid=pid,
            threads=tuple(_threads(folder)),
            native_loaded="vedette/_native" in (folder / "maps").read_text(errors="replace"),
            python=str((folder / "exe").resolve()),
        )
    except FileNotFoundError:
        raise NotThere(f"there is no process {pid}") from None
    except PermissionError:
        raise NotThere(f"process {pid} is another user's: look at it as that user") from None


def _texts(file: Path) -> list[str]:
    return [text for text in file.read_bytes().decode(errors="replace").split("\0") if text]


def _threads(folder: Path) -> list[str]:
    return [(task / "comm").read_text().strip() for task in (folder / "task").iterdir()]
