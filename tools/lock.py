"""The exact versions of everything that the development environment installs, for every Python that we support.

    python tools/lock.py write     asks the package index for the newest versions that work together (`make lock`)
    python tools/lock.py check     without network: whether each requirement has a version in the lock

Requirements are in `requirements/*.txt` and in the extras of pyproject.toml; the lock is `requirements/lock.txt`, which
is installed with as a constraint.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "src"), str(Path(__file__).resolve().parent)]

from proving.pythons import SUPPORTED  # noqa: E402  (the paths above come first)

LOCK = ROOT / "requirements" / "lock.txt"
WANTED = tuple(ROOT / "requirements" / f"{name}.txt" for name in ("dev", "libraries", "compiled"))
EXTRA = "demo"
"""The extra of the package that holds the others."""


def write() -> int:
    """Resolves anew; 0 if that could be done."""
    options = ["--universal", "--python-version", SUPPORTED[0], "--upgrade", "--no-annotate", "--extra", EXTRA]
    options += ["--custom-compile-command", "make lock", "--output-file", str(LOCK.relative_to(ROOT))]
    sources = [str(path.relative_to(ROOT)) for path in (*WANTED, ROOT / "pyproject.toml")]
    command = [sys.executable, "-m", "uv", "pip", "compile", "--quiet", *options, *sources]
    return subprocess.run(command, cwd=ROOT, check=False).returncode


def check() -> int:
    """Tells what the lock has no fitting version for."""
    lacking = list(absent(requirements(WANTED), requirements([LOCK] if LOCK.exists() else [])))
    for line in lacking:
        print(line)
    if lacking:
        print("run: make lock")
    return 1 if lacking else 0


def requirements(files: tuple[Path, ...] | list[Path]) -> list[Requirement]:
    """What the files ask for."""
    lines = [line.split(" #")[0].strip() for file in files for line in file.read_text(encoding="utf-8").splitlines()]
    return [Requirement(line) for line in lines if line and not line.startswith("#")]


def absent(wanted: list[Requirement], locked: list[Requirement]) -> Iterator[str]:
    """What is wanted on a Python and not locked for it, one sentence each."""
    for requirement in wanted:
        for python in SUPPORTED:
            if applies(requirement, python) and not any(_fits(each, requirement, python) for each in locked):
                yield f"requirements/lock.txt has no {requirement} for Python {python}"
                break


def applies(requirement: Requirement, python: str) -> bool:
    """Whether a requirement is for that Python."""
    # The last release of the series: markers speak of patch releases too.
    return requirement.marker is None or requirement.marker.evaluate(
        {"python_version": python, "python_full_version": f"{python}.99"}
    )


def _fits(locked: Requirement, wanted: Requirement, python: str) -> bool:
    if canonicalize_name(locked.name) != canonicalize_name(wanted.name) or not applies(locked, python):
        return False
    version = str(locked.specifier).removeprefix("==")
    return wanted.specifier.contains(version, prereleases=True)


def main(arguments: list[str]) -> int:
    """Does what the one argument says; 2 if it is not `write` or `check`."""
    actions = {"write": write, "check": check}
    action = actions.get(arguments[0]) if len(arguments) == 1 else None
    if action is None:
        print(__doc__, file=sys.stderr)
        return 2
    return action()


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
