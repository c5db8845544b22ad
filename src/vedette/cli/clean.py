"""Remove what the agent keeps: its database, and what waits to be forwarded.

Exit code 0 when done, 1 if an agent runs there or files can't be removed, 2 for wrong options or without consent.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
from pathlib import Path

FORWARD = "forward"


def main(arguments: list[str]) -> int:
    """Remove; returns the exit code."""
    given = parser().parse_args(arguments)
    # Here, because `--help` does without.
    from vedette.agent.options import default_data_folder

    folder = given.data or default_data_folder()
    found = [path for path in kept(folder) if path.exists()]
    if not found:
        print(f"vedette clean: nothing is kept in {folder}")
        return 0
    if running(folder):
        print(f"vedette clean: an agent runs on {folder}. Stop it first.", file=sys.stderr)
        return 1
    if not given.yes and not consent(found):
        print("vedette clean: nothing was removed (--yes does without the question)", file=sys.stderr)
        return 2
    return remove(found)


def parser() -> argparse.ArgumentParser:
    """The command's options."""
    made = argparse.ArgumentParser(prog="vedette clean", description=(__doc__ or "").split("\n\n")[0])
    made.add_argument("--data", type=Path, metavar="DIR", help="data folder of the agent, if it is not the usual one")
    made.add_argument("--yes", action="store_true", help="ask nothing")
    return made


def kept(folder: Path) -> list[Path]:
    """What the agent makes in its data folder, but for its token."""
    return [folder / "traces.duckdb", folder / "traces.duckdb.wal", folder / "agent.json", folder / FORWARD]


def running(folder: Path) -> bool:
    """Whether an agent is alive there."""
    from vedette.agent.serve.running import find  # as in `main`

    note = find(folder)
    if note is None or os.name == "nt":  # there, files in use can't be removed anyway
        return False
    try:
        os.kill(note.pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return _is_agent(note.pid)


def _is_agent(pid: int) -> bool:
    """Another process may have the number by now."""
    try:
        return b"agent" in Path(f"/proc/{pid}/cmdline").read_bytes() or not Path("/proc/self").exists()
    except OSError:
        return not Path("/proc/self").exists()


def consent(found: list[Path]) -> bool:
    """Whether a person at the terminal agrees."""
    if not sys.stdin.isatty():
        return False
    print("\n".join(str(path) for path in found))
    return input("Remove these? [y/N] ").strip().lower() in ("y", "yes")


def remove(found: list[Path]) -> int:
    """Remove files and folders."""
    try:
        for path in found:
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path)
            else:
                path.unlink()
            print(f"removed {path}")
    except OSError as error:
        print(f"vedette clean: {error}", file=sys.stderr)
        return 1
    return 0
