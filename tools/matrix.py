"""Tests integrations against versions of their libraries, on the CPythons of this machine.

    python tools/matrix.py                                        all that is declared
    python tools/matrix.py --integration flask --python 3.12      a part; each option can be given again
    python tools/matrix.py --integration flask --version 1.1.4
    python tools/matrix.py --list                                 what would be run, and what is known of it

Each cell has an environment of its own under `.cache/matrix/`. What passed, and has not changed since, is not run
again (`--again` does). Results go to `docs/generated/evidence.json`; `python tools/generate.py write` makes the
compatibility page of them. Exit code 1 if tests failed.
"""

from __future__ import annotations

import argparse
import datetime
import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import NamedTuple
from xml.etree import ElementTree

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "src"), str(Path(__file__).resolve().parent)]

from generators.integrations import declared  # noqa: E402  (the paths above come first)
from proving import evidence, package, pythons  # noqa: E402
from proving.cells import Cell, chosen  # noqa: E402
from proving.environment import NotInstallable, import_error, installed_version, prepared  # noqa: E402
from vedette.instrument.integration import Integration  # noqa: E402

TESTS = ROOT / "tests" / "integrations"
STATE = package.CACHE / "state.json"
LONGEST_RUN = 600
"""Seconds after which the tests of a cell count as failed."""


class Outcome(NamedTuple):
    """What came of a cell."""

    result: str
    version: str
    tests: int = 0
    log: str = ""


def main(arguments: list[str] | None = None) -> int:
    """Runs the chosen cells."""
    options = parser().parse_args(arguments)
    interpreters = pythons.installed(tuple(options.python or pythons.SUPPORTED))
    cells = list(chosen(with_tests(), list(interpreters), options.integration or (), options.version or ()))
    if not cells:
        print("matrix: nothing of that name, version or Python is declared and here", file=sys.stderr)
        return 2
    known = read_state()
    if options.list:
        return show(cells, known)
    due = [cell for cell in cells if options.again or not is_done(cell, known)]
    print(f"matrix: {len(cells)} cells, {len(cells) - len(due)} of them known to pass", flush=True)
    failed = [cell for number, cell in enumerate(due, 1) if not run(cell, interpreters[cell.python], number, len(due))]
    print(f"matrix: {len(failed)} failed; logs in {package.CACHE.relative_to(ROOT)}/logs" if failed else "matrix: done")
    return 1 if failed else 0


def parser() -> argparse.ArgumentParser:
    """The command line."""
    made = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    made.add_argument("--integration", action="append", metavar="NAME")
    made.add_argument("--version", action="append", help="as declared, or `latest`")
    made.add_argument("--python", action="append", metavar="VERSION", help="such as 3.12")
    made.add_argument("--again", action="store_true", help="also what is known to pass")
    made.add_argument("--list", action="store_true", help="run nothing")
    return made


def with_tests() -> list[Integration]:
    """The integrations that have a test file."""
    return [integration for integration in declared() if test_file(integration.name).exists()]


def test_file(name: str) -> Path:
    """Where the tests of an integration are."""
    return TESTS / f"test_{name}.py"


def show(cells: list[Cell], known: dict[str, str]) -> int:
    """Prints the cells."""
    for cell in cells:
        print(f"{cell.name:50} {'passes' if is_done(cell, known) else 'to be run'}")
    return 0


def read_state() -> dict[str, str]:
    """Cell to the fingerprint with which it last passed."""
    return json.loads(STATE.read_text(encoding="utf-8")) if STATE.exists() else {}


def is_done(cell: Cell, known: dict[str, str]) -> bool:
    """Whether the cell passed, and nothing it depends on has changed since."""
    return known.get(cell.name) == state_of(cell)


def state_of(cell: Cell) -> str:
    """Fingerprint of everything a cell's result depends on in this repository."""
    shared = [path for path in TESTS.glob("*.py") if not path.name.startswith("test_")]
    files = [*package.native_files(), *package.python_files(), *shared, test_file(cell.integration.name)]
    return package.fingerprint(files)


def run(cell: Cell, python: Path, number: int, total: int) -> bool:
    """Runs one cell, says how it went, and writes it down; False if tests failed."""
    print(f"[{number:>3}/{total}] {cell.name:45} ", end="", flush=True)
    begun, state = time.monotonic(), state_of(cell)
    outcome = outcome_of(cell, python)
    tests = f" ({outcome.tests} tests)" if outcome.tests else ""
    print(f"{outcome.version:10} {outcome.result}{tests}, {time.monotonic() - begun:.1f} s", flush=True)
    _keep_log(cell, outcome.log)
    record(cell, outcome)
    if outcome.result != "failed":
        STATE.write_text(json.dumps({**read_state(), cell.name: state}, indent=1), encoding="utf-8")
    return outcome.result != "failed"


def outcome_of(cell: Cell, python: Path) -> Outcome:
    """Makes the environment and runs the tests in it, unless the library itself does not run there."""
    try:
        inside = prepared(cell, python)
    except NotInstallable as error:
        return Outcome("not installable", cell.version, log=str(error))
    distribution = cell.integration.distribution
    version = installed_version(inside, distribution) if distribution else full_version(inside)
    problem = import_error(inside, cell.integration.modules)
    if problem is not None:
        return Outcome("not importable", version, log=problem)
    return tested(cell, inside, package.laid_out(cell.python, python), version)


def full_version(python: Path) -> str:
    """Of the interpreter: that of the libraries that come with it."""
    program = "import platform; print(platform.python_version())"
    return subprocess.run([python, "-c", program], capture_output=True, text=True, check=True).stdout.strip()


def tested(cell: Cell, python: Path, folder: Path, version: str) -> Outcome:
    """Runs the integration's tests with the package from `folder`."""
    report = package.CACHE / "reports" / f"{cell.name}.xml"
    report.parent.mkdir(parents=True, exist_ok=True)
    report.unlink(missing_ok=True)
    file = str(test_file(cell.integration.name))
    command = [str(python), "-m", "pytest", file, "-p", "no:cacheprovider", f"--junit-xml={report}"]
    try:
        done = subprocess.run(
            command,
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(folder), "PYTHONDONTWRITEBYTECODE": "1"},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
            timeout=LONGEST_RUN,
        )
    except subprocess.TimeoutExpired:
        return Outcome("failed", version, log=f"the tests took longer than {LONGEST_RUN} s")
    passed = passed_tests(report)
    result = "failed" if done.returncode != 0 else "passed" if passed else "skipped"
    return Outcome(result, version, passed, done.stdout)


def passed_tests(report: Path) -> int:
    """How many tests passed, by pytest's report; 0 if it did not get as far as to write one."""
    if not report.exists():
        return 0
    cases = ElementTree.parse(report).getroot().iter("testcase")
    return sum(1 for case in cases if not any(child.tag in ("failure", "error", "skipped") for child in case))


def _keep_log(cell: Cell, log: str) -> None:
    logs = package.CACHE / "logs"
    logs.mkdir(parents=True, exist_ok=True)
    (logs / f"{cell.name}.txt").write_text(log + "\n", encoding="utf-8")


def record(cell: Cell, outcome: Outcome) -> None:
    """Adds the outcome to the evidence."""
    evidence.add(
        {
            "integration": cell.integration.name,
            "version": outcome.version,
            "python": cell.python,
            "result": outcome.result,
            "tests": outcome.tests,
            "date": datetime.datetime.now(datetime.timezone.utc).date().isoformat(),
            "commit": commit(),
        }
    )


def commit() -> str:
    """The commit that was tested, with a `+` if the package or the tests differ from it."""
    head = subprocess.run(
        ["git", "rev-parse", "--short=10", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.strip()
    changed = subprocess.run(
        ["git", "status", "--porcelain", "--", "src", "crates", "tests/integrations"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.strip()
    return head + ("+" if changed else "")


if __name__ == "__main__":
    raise SystemExit(main())
