"""Tell what is instrumented and why not, and whether what is told arrives."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable
from itertools import groupby

import click
from rich.console import Console
from rich.text import Text

from vedette.cli._doctor import running, trial
from vedette.cli._doctor.checks import examine
from vedette.cli._doctor.finding import Finding
from vedette.cli._doctor.patient import Patient

MARKS = {"ok": ("✓", "green"), "note": ("·", "cyan"), "warning": ("!", "yellow"), "error": ("✗", "red")}


@click.command(context_settings={"ignore_unknown_options": True, "allow_interspersed_args": False})
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
@click.option("--pid", type=int, help="Look at a process that runs already (Linux).")
@click.option("--seconds", type=float, default=5.0, show_default=True, help="How long COMMAND may run.")
@click.option("--quiet", is_flag=True, help="Only what is not well.")
@click.argument("words", metavar="[--] [COMMAND]...", nargs=-1, type=click.UNPROCESSED)
def command(as_json: bool, pid: int | None, seconds: float, quiet: bool, words: tuple[str, ...]) -> None:
    """Tell what is instrumented and why not, which settings are in effect or in vain, whether the backend answers,
    and what becomes of a request.

    Without COMMAND and --pid, of this environment. A COMMAND is run under vedette until it ends or time is up, and its
    processes tell what they really instrumented; it should be one that may be started a second time.

    Each finding has a stable code, which docs/generated/troubleshooting.md explains. Exit code 0 if all is well or
    there are only notes, 1 if there are warnings or errors, 2 if the command line is not understood.
    """
    found = list(examine(_patient(pid, seconds, list(words))))
    shown = [(matter, finding) for matter, finding in found if not quiet or finding.level != "ok"]
    if as_json:
        document = [{"matter": matter, **finding.document()} for matter, finding in shown]
        click.echo(json.dumps({"findings": document}, indent=2))
    else:
        show(shown, Console(width=None if sys.stdout.isatty() else 200, highlight=False))
    raise SystemExit(int(any(finding.level in ("warning", "error") for _, finding in found)))


def _patient(pid: int | None, seconds: float, words: list[str]) -> Patient:
    if pid is not None and words:
        raise click.UsageError("either --pid or COMMAND")
    if words:
        return trial.patient_of(words, seconds)
    if pid is None:
        return Patient("this environment")
    try:
        return running.patient_of(pid)
    except running.NotThere as problem:
        raise click.UsageError(str(problem)) from None


def show(found: Iterable[tuple[str, Finding]], console: Console) -> None:
    """Prints the findings, matter by matter."""
    for matter, group in groupby(found, key=lambda each: each[0]):
        console.print(Text(matter.capitalize(), "bold"))
        for _, finding in group:
            mark, style = MARKS[finding.level]
            code = f"  {finding.code}" if finding.code else ""
            reason = f": {finding.reason}" if finding.reason else ""
            console.print(Text.assemble(f"  {mark} ", (finding.text, ""), (reason, "dim"), (code, "dim"), style=style))
            if finding.level in ("warning", "error"):
                console.print(Text(f"      {finding.advice}", "dim"))
