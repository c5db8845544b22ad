"""Run the embedded agent and a small shop of real services under load and attack.

Runs until Ctrl-C, or for `--seconds`. With `--json` the last line on standard output is one JSON object: `traces`,
`spans`, `services`, `attacks`, `blocked`, `drops` (counts, as the agent has them) and `page`. The exit code is 0
only if every service was seen, attacks were found and blocked, nothing was dropped and no process of the demo died.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import shutil
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from vedette.agent.address import PORT

if TYPE_CHECKING:
    from vedette.demo.show import Show

NEEDS = ("fastapi", "uvicorn", "websockets", "flask", "celery", "httpx", "requests", "jinja2", "rich")
MISSING_PACKAGE = 3


def main(arguments: list[str]) -> int:
    """Run the demo; returns the exit code."""
    options = parser().parse_args(arguments)
    absent = [name for name in NEEDS if importlib.util.find_spec(name) is None]
    if absent:
        print(f"vedette demo needs {', '.join(absent)}: pip install 'vedette[demo]'", file=sys.stderr)
        return MISSING_PACKAGE
    return run(options)


def parser() -> argparse.ArgumentParser:
    """The command's options."""
    made = argparse.ArgumentParser(prog="vedette demo", description=(__doc__ or "").partition("\n")[0])
    made.add_argument("--seconds", type=_seconds, help="end by itself after this time under load (default: at Ctrl-C)")
    made.add_argument("--json", action="store_true", help="end with one line of JSON on standard output")
    made.add_argument(
        "--port", type=_port, default=PORT, help="port of the page (default %(default)s; if taken, a free one)"
    )
    made.add_argument("--keep-data", action="store_true", help="keep traces, the shop's data and logs in a folder")
    return made


def _seconds(text: str) -> float:
    seconds = float(text)
    if not 0 < seconds < float("inf"):
        raise argparse.ArgumentTypeError(f"{text} is not a length of time")
    return seconds


def _port(text: str) -> int:
    port = int(text)
    if not 0 <= port < 1 << 16:
        raise argparse.ArgumentTypeError(f"{text} is not a port")
    return port


def run(options: argparse.Namespace) -> int:
    """Run the demo in a folder of its own, and report."""
    # Not at the top: these need the demo's extra dependencies, which `--help` and the message above do without.
    from vedette.demo import performance, show, stage

    folder = Path(tempfile.mkdtemp(prefix="vedette-demo-"))
    shown = show.Show(sys.stderr if options.json else sys.stdout)
    the_stage = stage.Stage(folder, options.port, options.keep_data)
    summary, wrong = performance.perform(the_stage, shown, options.port, options.seconds)
    _report(shown, summary, wrong)
    _keep_or_remove(folder, shown, options.keep_data or bool(wrong))
    if options.json:
        _print_json(summary, the_stage.page)
    return 1 if wrong else 0


def _report(shown: Show, summary: dict[str, Any], wrong: list[str]) -> None:
    from vedette.demo.verdict import counts  # here for the reason in `run`

    shown.say(", ".join(f"{count:,} {name}" for name, count in counts(summary).items()))
    for problem in wrong:
        shown.say(f"not well: {problem}", style="bold red")
    if not wrong:
        shown.say("All is well.", style="green")


def _keep_or_remove(folder: Path, shown: Show, keep: bool) -> None:
    if keep:
        shown.say(f"kept: {folder} (logs, data)")
    else:
        shutil.rmtree(folder, ignore_errors=True)


def _print_json(summary: dict[str, Any], page: str) -> None:
    from vedette.demo.verdict import counts  # here for the reason in `run`

    print(json.dumps({**counts(summary), "page": page}), flush=True)
