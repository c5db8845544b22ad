"""Tests integrations against versions of their libraries, on the CPythons of this machine.

    python tools/matrix.py                                        all that is declared
    python tools/matrix.py --integration flask --python 3.12      a part; each option can be given again
    python tools/matrix.py --integration flask --version 1.1.4    also `--version latest`
    python tools/matrix.py --floors --python 3.9                  the oldest version of each
    python tools/matrix.py --untried                              what nobody has run yet
    python tools/matrix.py --part 2/6 --minutes 8                 a sixth of it, as much as that time allows
    python tools/matrix.py --list                                 what would be run, and what is known of it

Each cell has an environment of its own under `.cache/matrix/`. What passed, and depends on nothing that changed
since, is not run again (`--again` does), so that a run that was stopped goes on where it was. Results go to
`docs/generated/evidence.json`; `python tools/generate.py write` makes the compatibility page of them. Exit code 1 if
tests failed.
"""

from __future__ import annotations

import argparse
import datetime
import os
import subprocess
import sys
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "src"), str(Path(__file__).resolve().parent)]

from generators.integrations import declared  # noqa: E402  (the paths above come first)
from proving import evidence, known, package, pythons, tests  # noqa: E402
from proving.cells import LATEST, Cell, chosen, part_of, versions_of  # noqa: E402
from proving.outcome import Outcome, outcome_of  # noqa: E402
from proving.untried import release, untried  # noqa: E402
from vedette.instrument.integration import Integration  # noqa: E402
from vedette.instrument.versions import numbers  # noqa: E402

BAD = ("failed", "unreachable")


def main(arguments: list[str] | None = None) -> int:
    """Runs the chosen cells."""
    options = parser().parse_args(arguments)
    interpreters = pythons.installed(tuple(options.python or pythons.SUPPORTED))
    for absent in set(options.python or ()) - set(interpreters):
        print(f"matrix: there is no CPython {absent} on this machine", file=sys.stderr)
    cells = selected(options, list(interpreters))
    if not cells:
        print("matrix: nothing of that name, version or Python is declared and here", file=sys.stderr)
        return 2
    due = cells if options.again else known.due(cells)
    if options.list:
        return show(cells, due)
    run = Run(due, interpreters, len(cells), options.minutes)
    run.record = not options.no_record
    return 1 if run.play(options.jobs) else 0


def parser() -> argparse.ArgumentParser:
    """The command line."""
    made = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    made.add_argument("--integration", action="append", metavar="NAME")
    made.add_argument("--version", action="append", help="as declared, or `latest`")
    made.add_argument("--python", action="append", metavar="VERSION", help="such as 3.12")
    made.add_argument("--floors", action="store_true", help="only the oldest version of each")
    made.add_argument("--untried", action="store_true", help="only what there is no evidence of")
    made.add_argument("--part", type=part, metavar="K/N", default=(1, 1), help="the K-th of N parts")
    made.add_argument("--minutes", type=float, help="begin no cell after that time")
    made.add_argument("--jobs", type=int, default=1, help="cells at a time")
    made.add_argument("--again", action="store_true", help="also what is known to pass")
    made.add_argument("--no-record", action="store_true", help="leave the evidence as it is")
    made.add_argument("--list", action="store_true", help="run nothing")
    return made


def part(text: str) -> tuple[int, int]:
    """`2/6`, the second of six parts."""
    number, _, count = text.partition("/")
    if not (number.isdigit() and count.isdigit() and 1 <= int(number) <= int(count)):
        raise argparse.ArgumentTypeError(f"{text!r} is not like 2/6")
    return int(number), int(count)


def selected(options: argparse.Namespace, interpreters: list[str]) -> list[Cell]:
    """The cells that the command line asks for."""
    names, versions = options.integration or (), options.version or ()
    cells = chosen(with_tests(), interpreters, names, versions, options.floors)
    return part_of(untried(cells) if options.untried else list(cells), *options.part)


def with_tests() -> list[Integration]:
    """The integrations that have a test file."""
    return [integration for integration in declared() if tests.of(integration.name)]


def show(cells: list[Cell], due: list[Cell]) -> int:
    """Prints the cells."""
    for cell in cells:
        print(f"{cell.name:50} {'to be run' if cell in due else 'passes'}")
    return 0


class Run:
    """Cells that are being run, some at a time, and what came of them."""

    def __init__(self, due: list[Cell], interpreters: dict[str, Path], total: int, minutes: float | None) -> None:
        self._due = due
        self._interpreters = interpreters
        self._total = total
        self._begun = time.monotonic()
        self._until = self._begun + minutes * 60 if minutes is not None else float("inf")
        self._expected = {name: state["seconds"] for name, state in known.read().items()}
        self._jobs = 1
        self.record = True
        """Whether the evidence is to be changed."""
        self.results: dict[str, Outcome] = {}

    def play(self, jobs: int) -> list[str]:
        """Runs all of them; returns the names of those that failed."""
        self._jobs = jobs
        print(f"matrix: {self._total} cells, {self._total - len(self._due)} of them known to pass", flush=True)
        for version in sorted({cell.python for cell in self._due}, key=numbers):
            package.native_module(version, self._interpreters[version])  # once, before cells wait for it side by side
        self._begun = time.monotonic()
        with ThreadPoolExecutor(jobs) as pool:
            for cell in self._due:
                pool.submit(self._step, cell)
        if self.record:
            forget_undeclared()
        return self._told()

    def _step(self, cell: Cell) -> None:
        if time.monotonic() > self._until:
            return
        begun, fingerprint = time.monotonic(), tests.fingerprint_of(cell.integration.name)
        try:
            outcome = outcome_of(cell, self._interpreters[cell.python])
        except Exception as error:  # the matrix's own: the other cells go on
            outcome = Outcome("unreachable", cell.version, log=repr(error))
        seconds = time.monotonic() - begun
        self.results[cell.name] = outcome
        _keep_log(cell, outcome.log)
        if self.record and outcome.result != "unreachable":
            record(cell, outcome)
        if outcome.result not in BAD:
            known.write(cell, fingerprint, seconds)
        print(self._line(cell, outcome, seconds), flush=True)

    def _line(self, cell: Cell, outcome: Outcome, seconds: float) -> str:
        done = f"[{len(self.results):>3}/{len(self._due)}]"
        count = f" ({outcome.tests} tests)" if outcome.tests else ""
        text = f"{done} {cell.name:45} {outcome.version:10} {outcome.result}{count}, {seconds:.1f} s"
        return f"{text}; {self._left()} left" if len(self.results) < len(self._due) else text

    def _left(self) -> str:
        """An estimate: what a cell took when it was last run, else what the others took this time."""
        mean = (time.monotonic() - self._begun) * self._jobs / max(len(self.results), 1)
        waiting = [cell.name for cell in self._due if cell.name not in self.results]
        seconds = sum(self._expected.get(name, mean) for name in waiting) / self._jobs
        return str(datetime.timedelta(seconds=round(seconds)))

    def _told(self) -> list[str]:
        """The summary."""
        counted = Counter(outcome.result for outcome in self.results.values())
        print("matrix: " + (", ".join(f"{count} {result}" for result, count in counted.most_common()) or "done"))
        if len(self.results) < len(self._due):
            print(f"matrix: {len(self._due) - len(self.results)} were not begun for want of time")
        failed = sorted(name for name, outcome in self.results.items() if outcome.result in BAD)
        shown = os.path.relpath(package.CACHE, ROOT)
        for name in failed:
            print(f"matrix: {self.results[name].result}: {name}, see {shown}/logs/{name}.txt")
        return failed


def forget_undeclared() -> None:
    """Drops evidence of versions that were declared once and are not now. What was the newest once is kept."""
    declarations = {each.name: each for each in declared()}

    def wanted(record: evidence.Record) -> bool:
        integration = declarations.get(record["integration"])
        if integration is None or integration.distribution is None or integration.stand_in:
            return integration is not None
        named = {release(version) for version in versions_of(integration)[:-1]}
        version = release(record["version"])
        return record["version"] == LATEST or version in named or version > max(named, default=())

    evidence.keep(wanted)


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
            "reason": outcome.reason,
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
