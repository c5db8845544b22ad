"""Runs programs under `vedette run`, with a stand-in for what it starts."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import vedette

SOURCE = str(Path(vedette.__path__[0]).parent)
LAUNCH_FOLDER = str(Path(SOURCE) / "vedette" / "_launch")

# Writes one line per process in which it was started.
AUTO = """
import os, sys
with open(os.environ["STARTED"], "a") as file:
    file.write(f"{os.getpid()} {' '.join(getattr(sys, 'orig_argv', []))}\\n")
"""

# The command as installed, whatever PYTHONPATH says.
COMMAND = f"import sys; sys.path.insert(0, {SOURCE!r}); from vedette.cli import main; sys.exit(main(sys.argv[1:]))"


class Launcher:
    """A folder with a stand-in for `vedette.auto`, and programs run in it."""

    def __init__(self, folder: Path, auto: str = AUTO) -> None:
        self.folder = folder
        self.write("standin/vedette/__init__.py", "")
        self.write("standin/vedette/auto.py", auto)
        self.environ = {
            name: value for name, value in os.environ.items() if not name.startswith(("VEDETTE_", "DD_", "OTEL_"))
        }
        self.environ.update(PYTHONPATH=str(folder / "standin"), STARTED=str(folder / "started"))
        self.environ["PYTHONDONTWRITEBYTECODE"] = "1"

    def write(self, name: str, text: str, mode: int = 0o644) -> Path:
        """A file in the folder."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        path.chmod(mode)
        return path

    def run(self, *arguments: str, stdin: str = "", **environ: str) -> subprocess.CompletedProcess[str]:
        """The result of `vedette run` with these arguments."""
        return self.bare(sys.executable, "-c", COMMAND, "run", *arguments, stdin=stdin, **environ)

    def bare(self, *command: str, stdin: str = "", **environ: str) -> subprocess.CompletedProcess[str]:
        """The result of a command without vedette."""
        return subprocess.run(
            command,
            capture_output=True,
            text=True,
            input=stdin,
            cwd=self.folder,
            env={**self.environ, **environ},
            timeout=60,
            check=False,
        )

    def started(self) -> list[str]:
        """The command line of each process in which vedette started; empty before Python 3.10."""
        path = self.folder / "started"
        lines = path.read_text().splitlines() if path.exists() else []
        return [line.partition(" ")[2] for line in lines]
