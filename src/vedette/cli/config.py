"""Show every option in effect and where its value came from."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from typing import Any, NamedTuple

import click
from rich.console import Console
from rich.table import Table
from rich.text import Text

from vedette.integrations.index import MODULES
from vedette.integrations.load import load_integration
from vedette.settings import OPTIONS, Option, Origin, Problem, Settings, load
from vedette.settings.integration import variables_of
from vedette.settings.masking import masked


class Row(NamedTuple):
    """One line of the table: an option and its sources, the one in effect first."""

    name: str
    option: Option[Any]
    origins: list[Origin]


@click.command()
@click.option("--json", "as_json", is_flag=True, help="One JSON object instead of a table.")
@click.option("--all", "everything", is_flag=True, help="Also the options that have their default.")
@click.option("--strict", is_flag=True, help="Exit with 1 if there are problems.")
def command(as_json: bool, everything: bool, strict: bool) -> int:
    """Show the options in effect here: their values, and the variable or file that each came from.

    Secrets are masked. Exit code 0, or 1 with --strict if something in the configuration has no effect.
    """
    integrations = declared_options()
    settings = load(integrations={name: _variables(name, options) for name, options in integrations.items()})
    rows = [row for row in rows_of(settings, integrations) if everything or row.origins[0].source != "default"]
    if as_json:
        click.echo(json.dumps(document(rows, settings.problems), indent=2))
    else:
        wide = None if sys.stdout.isatty() else 200  # a file or a pipe has no edge to fold lines at
        show(rows, settings.problems, Console(width=wide))
    raise SystemExit(1 if strict and settings.problems else 0)


def declared_options() -> dict[str, tuple[Option[Any], ...]]:
    """The options that each integration declares."""
    names = {name for named in MODULES.values() for name in named}
    return {name: _own_options(name) for name in sorted(names)}


def _own_options(name: str) -> tuple[Option[Any], ...]:
    try:
        return tuple(load_integration(name).options)
    except (ImportError, LookupError):  # where the native module can't be loaded, no declaration can
        return ()


def _variables(name: str, options: tuple[Option[Any], ...]) -> list[str]:
    return [variable for option in options for variable in variables_of(option, [name])]


def rows_of(settings: Settings, integrations: dict[str, tuple[Option[Any], ...]]) -> Iterator[Row]:
    """All options, then what was said about single integrations."""
    for option in OPTIONS.values():
        yield Row(option.name, option, settings.all_origins(option.name)[::-1])
    for name, options in integrations.items():
        for option, origin in settings.integration(name).configured(options):
            default = Origin("default", "", option.default, option.default)
            yield Row(f"{name}.{option.name}", option, [origin, default])


def document(rows: list[Row], problems: list[Problem]) -> dict[str, object]:
    """What `--json` prints."""
    return {"options": [_row_entry(row) for row in rows], "problems": [_problem_entry(each) for each in problems]}


def _row_entry(row: Row) -> dict[str, object]:
    effective, *overridden = [_origin_entry(row.option, origin) for origin in row.origins]
    return {"name": row.name, **effective, "overridden": overridden}


def _origin_entry(option: Option[Any], origin: Origin) -> dict[str, object]:
    return {"value": masked(option, origin.value), "source": origin.source, "key": origin.key}


def _problem_entry(problem: Problem) -> dict[str, object]:
    return {
        "kind": problem.kind,
        "key": problem.key,
        "message": problem.message,
        "suggestion": problem.suggestion,
    }


def show(rows: list[Row], problems: list[Problem], console: Console) -> None:
    """Prints the table, and what is wrong below it."""
    console.print(_table(rows))
    if problems:
        console.print(f"\n{len(problems)} without effect, or not the one meant:", style="bold yellow")
    for problem in problems:
        console.print(Text(f"  {problem}"))


def _table(rows: list[Row]) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for title in ("Option", "Value", "Source"):
        table.add_column(title, overflow="fold")
    for row in rows:
        cells = (row.name, written(masked(row.option, row.origins[0].value)), source_of(row.origins[0]))
        style = "dim" if row.origins[0].source == "default" else ""
        table.add_row(*(Text(cell, style) for cell in cells))
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
