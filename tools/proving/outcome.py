"""What comes of a cell: its environment is made, the library is tried alone, the tests are run."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path
from typing import NamedTuple
from xml.etree import ElementTree

from proving import package, tests
from proving.cells import STAND_IN, Cell
from proving.environment import NotInstallable, Unreachable, import_error, installed_version, prepared

LONGEST_RUN = 900
"""Seconds after which the tests of a cell count as failed."""


class Outcome(NamedTuple):
    """What came of a cell."""

    result: str
    """`passed`, `failed`, `skipped`, `not installable`, `not importable`, or `unreachable`: nothing was learned."""
    version: str
    tests: int = 0
    reason: str = ""
    """In a few words, where the library does not run."""
    log: str = ""


def outcome_of(cell: Cell, python: Path) -> Outcome:
    """Makes the environment and runs the tests in it, unless the library itself does not run there."""
    try:
        inside = prepared(cell, python)
    except Unreachable as error:
        return Outcome("unreachable", cell.version, log=str(error))
    except NotInstallable as error:
        return Outcome("not installable", cell.version, log=str(error))
    if cell.version == STAND_IN:
        return tested(cell, inside, package.laid_out(cell.python, python), STAND_IN)
    distribution = cell.integration.distribution
    version = installed_version(inside, distribution) if distribution else full_version(inside)
    problem = import_error(inside, cell.integration.modules)
    if problem is not None:
        return Outcome("not importable", version, reason=without_paths(problem), log=problem)
    return tested(cell, inside, package.laid_out(cell.python, python), version)


def without_paths(message: str) -> str:
    """An error message without the places of this machine: of a file, only its name is left."""
    return re.sub(r"(?<!\S)/(?:[^\s/]+/)+", "", re.sub(r" \([^()]*/[^()]*\)", "", message))[:200]


def full_version(python: Path) -> str:
    """Of the interpreter: that of the libraries that come with it."""
    program = "import platform; print(platform.python_version())"
    return subprocess.run([python, "-c", program], capture_output=True, text=True, check=True).stdout.strip()


def tested(cell: Cell, python: Path, folder: Path, version: str) -> Outcome:
    """Runs the integration's tests with the package from `folder`."""
    report = package.CACHE / "reports" / f"{cell.name}.xml"
    report.parent.mkdir(parents=True, exist_ok=True)
    report.unlink(missing_ok=True)
    files = [str(file) for file in tests.of(cell.integration.name)]
    command = [str(python), "-m", "pytest", *files, "-p", "no:cacheprovider", f"--junit-xml={report}"]
    try:
        done = subprocess.run(
            command,
            cwd=package.ROOT,
            env={**os.environ, "PYTHONPATH": str(folder), "PYTHONDONTWRITEBYTECODE": "1"},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            check=False,
            timeout=LONGEST_RUN,
        )
    except subprocess.TimeoutExpired:
        return Outcome("failed", version, log=f"the tests took longer than {LONGEST_RUN} s")
    passed = passed_tests(report)
    result = "failed" if done.returncode != 0 else "passed" if passed else "skipped"
    return Outcome(result, version, passed, log=done.stdout)


def passed_tests(report: Path) -> int:
    """How many tests passed, by pytest's report; 0 if it did not get as far as to write one."""
    if not report.exists():
        return 0
    cases = ElementTree.parse(report).getroot().iter("testcase")
    return sum(1 for case in cases if not any(child.tag in ("failure", "error", "skipped") for child in case))
