"""Show every option in effect and where its value came from."""

from __future__ import annotations

import json
import sys
from typing import Any

import click
from rich.console import Console
from rich.table import Table
from rich.text import Text

from vedette.settings import OPTIONS, Option, Origin, Problem, Settings, load
from vedette.settings.masking import masked


@click.command()
@click.option("--json", "as_json", is_flag=True, help="One JSON object instead of a table.")
@click.option("--all", "everything", is_flag=True, help="Also the options that have their default.")
@click.option("--strict", is_flag=True, help="Exit with 1 if there are problems.")
def command(as_json: bool, everything: bool, strict: bool) -> int:
    """Show the options in effect here: their values, and the variable or file that each came from.

    Secrets are masked. Exit code 0, or 1 with --strict if something in the configuration has no effect.
    """
    settings = load()
    chosen = [option for option in OPTIONS.values() if everything or settings.origin(option.name).source != "default"]
    if as_json:
        click.echo(json.dumps(document(settings, chosen), indent=2))
    else:
        wide = None if sys.stdout.isatty() else 200  # a file or a pipe has no edge to fold lines at
        show(settings, chosen, Console(width=wide))
    raise SystemExit(1 if strict and settings.problems else 0)


def document(settings: Settings, options: list[Option[Any]]) -> dict[str, object]:
    """What `--json` prints."""
    return {
        "options": [_option_entry(settings, option) for option in options],
        "problems": [_problem_entry(problem) for problem in settings.problems],
    }


def _option_entry(settings: Settings, option: Option[Any]) -> dict[str, object]:
    origins = settings.all_origins(option.name)
    overridden = [_origin_entry(option, origin) for origin in origins[-2::-1]]
    return {"name": option.name, **_origin_entry(option, origins[-1]), "overridden": overridden}


def _origin_entry(option: Option[Any], origin: Origin) -> dict[str, object]:
    return {"value": masked(option, origin.value), "source": origin.source, "key": origin.key}


def _problem_entry(problem: Problem) -> dict[str, object]:
    return {
        "kind": problem.kind,
        "key": problem.key,
        "message": problem.message,
        "suggestion": problem.suggestion,
    }


def show(settings: Settings, options: list[Option[Any]], console: Console) -> None:
    """Prints the table, and what is wrong below it."""
    if options:
        console.print(_table(settings, options))
    else:
        console.print("Every option has its default; vedette config --all shows them.")
    if settings.problems:
        console.print(f"\n{len(settings.problems)} without effect, or not the one meant:", style="bold yellow")
    for problem in settings.problems:
        console.print(Text(f"  {problem}"))


def _table(settings: Settings, options: list[Option[Any]]) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for title in ("Option", "Value", "Source"):
        table.add_column(title, overflow="fold")
    for option in options:
        origin = settings.origin(option.name)
        style = "dim" if origin.source == "default" else ""
        table.add_row(
            Text(option.name, style), Text(written(masked(option, origin.value)), style), Text(source_of(origin), style)
        )
    return table


def written(value: object) -> str:
    """A masked value in one line, as a person would write it."""
    if value is None or value in ([], {}):
        return "-"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict) and not any(isinstance(each, (dict, list)) for each in value.values()):
        return ",".join(f"{key}:{written(each)}" if each != "" else str(key) for key, each in value.items())
    if isinstance(value, list) and not any(isinstance(each, dict) for each in value):
        return ",".join("-".join(map(str, each)) if isinstance(each, list) else str(each) for each in value)
    return json.dumps(value) if isinstance(value, (dict, list)) else str(value)


def source_of(origin: Origin) -> str:
    """Where a value came from, in the words of the table."""
    if origin.source == "calculated":
        return f"from {origin.key}"
    if origin.source in ("env_var", "file"):
        return origin.key
    return f"{origin.source.replace('_', ' ')} {origin.key}".rstrip()
