"""List the libraries that vedette instruments, and what becomes of each here."""

from __future__ import annotations

import json
import platform
import sys
from collections.abc import Iterator
from importlib import metadata
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NamedTuple

import click
from rich.console import Console
from rich.table import Table
from rich.text import Text

import vedette.integrations
from vedette.cli._hooked import Hooked, hooked
from vedette.instrument.integration import Integration
from vedette.instrument.versions import at_least, normal
from vedette.integrations.index import MODULES
from vedette.integrations.load import load_integration
from vedette.settings import Settings, load

# Status -> how the table shows it.
STYLES = {
    "ready": "green",
    "not automatic": "yellow",
    "off": "yellow",
    "incomplete": "red",
    "below floor": "red",
    "not installed": "dim",
}


class Row(NamedTuple):
    """One integration, in this environment."""

    name: str
    distribution: str | None
    """Name on PyPI; None for the standard library."""
    modules: tuple[str, ...]
    floor: str | None
    """Oldest supported version; None where all are."""
    automatic: bool
    """Whether it is instrumented without being asked for."""
    installed: str | None
    """Version that is installed here."""
    status: str
    hooked: list[str] | None
    """Functions that are hooked when the library is imported here; None if that was not tried."""
    reason: str
    """Why it is not instrumented, or what is wrong; empty if all is well."""
    evidence: list[dict[str, str]]
    """What was tested: python, version, result, date."""
    protection: tuple[str, ...]


@click.command()
@click.option("--json", "as_json", is_flag=True, help="A JSON list of objects.")
@click.option("--markdown", "as_markdown", is_flag=True, help="A Markdown table.")
@click.option("--installed", "only_installed", is_flag=True, help="Only libraries that are installed here.")
@click.option("--no-import", is_flag=True, help="Do not try the libraries: tell by versions and settings alone.")
def command(as_json: bool, as_markdown: bool, only_installed: bool, no_import: bool) -> None:
    """List the libraries that vedette instruments: versions, what is installed here, and what becomes of it.

    Status: `ready` is instrumented when it is imported; `not automatic` only if it is asked for, by
    `vedette.instrument("name")` or VEDETTE_<NAME>_ENABLED=true; `off` was switched off by a setting; `below floor` is
    older than what is supported, and left alone; of an `incomplete` one not everything could be hooked. To tell, the
    libraries that are ready are imported, in a process of their own.
    """
    chosen = [row for row in rows() if row.installed is not None or not only_installed]
    if not no_import:
        chosen = tried(chosen)
    if as_json:
        click.echo(json.dumps([row._asdict() for row in chosen], indent=2))
    elif as_markdown:
        click.echo("\n".join(markdown(chosen)))
    else:
        wide = None if sys.stdout.isatty() else 240  # a file or a pipe has no edge to fold lines at
        Console(width=wide).print(_table(chosen))


def rows() -> list[Row]:
    """Every integration, by name."""
    settings, proved = load(), evidence()
    names = sorted({name for named in MODULES.values() for name in named})
    return [row_of(load_integration(name), settings, proved.get(name, [])) for name in names]


def evidence() -> dict[str, list[dict[str, str]]]:
    """What the test matrix proved, by integration (`tools/matrix.py` makes it)."""
    file = Path(vedette.integrations.__path__[0]) / "evidence.json"
    return json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}


def row_of(integration: Integration, settings: Settings, proved: list[dict[str, str]]) -> Row:
    """One integration's facts, and its state here."""
    installed = installed_version(integration)
    enabled = settings.integration(integration.name).enabled
    status = status_of(integration, installed, enabled)
    return Row(
        name=integration.name,
        distribution=integration.distribution,
        modules=integration.modules,
        floor=integration.floor,
        automatic=integration.automatic,
        installed=installed,
        status=status,
        hooked=None,
        reason=reason_of(status, integration, installed),
        evidence=proved,
        protection=integration.protection,
    )


def status_of(integration: Integration, installed: str | None, enabled: bool | None) -> str:
    """What becomes of the library in a process that vedette runs in; `enabled` is what the settings say."""
    if installed is None:
        return "not installed"
    if enabled is False:
        return "off"
    if integration.floor is not None and integration.distribution and not at_least(installed, integration.floor):
        return "below floor"
    return "ready" if enabled or integration.automatic else "not automatic"


def reason_of(status: str, integration: Integration, installed: str | None) -> str:
    """Why the library is not instrumented, for those who wonder; empty if it is, or is not there."""
    if status == "below floor":
        return f"{installed} is older than {integration.floor}"
    variable = f"VEDETTE_{integration.name.upper()}_ENABLED"
    return {"off": "switched off by a setting", "not automatic": f"asked for by {variable}=true"}.get(status, "")


def tried(chosen: list[Row]) -> list[Row]:
    """The rows with what is hooked when the libraries that are ready are imported."""
    found = hooked(row.name for row in chosen if row.status == "ready")
    return [_after(row, found[row.name]) if row.name in found else row for row in chosen]


def _after(row: Row, result: Hooked) -> Row:
    if result.untried:
        return row._replace(reason=result.untried)
    status = "incomplete" if result.problem else row.status
    return row._replace(status=status, hooked=result.hooked, reason=result.problem)


def installed_version(integration: Integration) -> str | None:
    """Version of the library here, without importing it; of Python itself for the standard library."""
    if not any(_found(module) for module in integration.modules):
        return None
    if integration.distribution is None:
        return platform.python_version()
    exact = next(iter(metadata.distributions(name=integration.distribution)), None)
    found = exact or next(_distributions_with(integration.modules), None)
    return None if found is None else found.version


def _found(module: str) -> bool:
    try:
        return find_spec(module) is not None
    except (ImportError, ValueError):  # its package is absent, or cannot be imported
        return False


def _distributions_with(modules: tuple[str, ...]) -> Iterator[metadata.Distribution]:
    """Distributions of other names that bring the same modules (`psycopg2` and `psycopg2-binary`)."""
    wanted = {module.partition(".")[0] for module in modules}
    for each in metadata.distributions():
        tops = (each.read_text("top_level.txt") or "").split()
        if wanted & {*tops, normal(each.metadata["Name"] or "").replace("-", "_")}:
            yield each


def _table(chosen: list[Row]) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for title in TITLES:
        table.add_column(title, overflow="fold")
    for row in chosen:
        table.add_row(*(Text(cell, STYLES[row.status]) for cell in _cells(row)))
    return table


TITLES = ("Integration", "Library", "Since", "Installed", "Status", "Hooked", "Tested", "Protection")


def _cells(row: Row) -> tuple[str, ...]:
    library = row.distribution or "standard library"
    return (
        row.name,
        library,
        row.floor or "",
        row.installed or "",
        row.status,
        row.reason or ("" if row.hooked is None else str(len(row.hooked))),
        tested(row.evidence),
        ", ".join(row.protection),
    )


def tested(proved: list[dict[str, Any]]) -> str:
    """The versions that passed, and on how many Pythons, such as `1.1.4 - 3.1.3 on 3.9 - 3.13`."""
    passed = [entry for entry in proved if entry["result"] == "passed"]
    if not passed:
        return ""
    versions = _span([entry["version"] for entry in passed])
    return f"{versions} on {_span([entry['python'] for entry in passed])}"


def _span(versions: list[str]) -> str:
    ordered = sorted(set(versions), key=lambda version: [int(part) for part in version.split(".") if part.isdigit()])
    return ordered[0] if len(ordered) == 1 else f"{ordered[0]} - {ordered[-1]}"


def markdown(chosen: list[Row]) -> Iterator[str]:
    """The table in Markdown, line by line."""
    yield f"| {' | '.join(TITLES)} |"
    yield f"|{' --- |' * len(TITLES)}"
    for row in chosen:
        yield f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in _cells(row))} |"


__all__ = ["Row", "command", "rows"]
