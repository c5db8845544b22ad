"""Services: the map, the table, and one service with what it does over time."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import duckdb
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from vedette.agent.panels import units
from vedette.agent.panels.rates import charts, figures
from vedette.agent.panels.searches import terms
from vedette.agent.panels.service_map import service_map
from vedette.agent.query.errors import errors
from vedette.agent.query.groups import groups
from vedette.agent.query.series import SPARKS, series
from vedette.agent.query.services import edges, services
from vedette.agent.query.statements import Row
from vedette.agent.serve.pages.errors import failure
from vedette.agent.serve.pages.work import KINDS, line
from vedette.agent.serve.shell import Shell
from vedette.agent.serve.view import View, read, service_path
from vedette.agent.store.work import ENTRY, ENTRY_WORK

PARTS = ("endpoints", "jobs", "queries", "outgoing", "errors")
SHOWN = 8
"""Lines of each table on the page of one service."""


def routes(shell: Shell) -> list[Route]:
    """`/services`, `/services/<name>`, and the parts of these pages that come after: `/parts/map`, `/parts/<kind>`."""

    async def everything(request: Request) -> Response:
        view = read(request)
        return shell.panel(request, "services.html", view, await shell.ask(lambda cursor: _overview(cursor, view)))

    async def drawn(request: Request) -> Response:
        view, newest = read(request), shell.context.writer.seq
        values = await shell.ask(lambda cursor: _map(cursor, view, newest))
        return shell.panel(request, "service_map.html", view, values)

    async def one(request: Request) -> Response:
        view = replace(read(request), service=str(request.path_params["name"]))
        values = await shell.ask(lambda cursor: _service(cursor, view))
        return shell.panel(request, "service.html", view, values)

    async def part(request: Request) -> Response:
        view, kind = read(request), str(request.path_params["kind"])
        if kind not in PARTS:
            return shell.missing(request, "There is no such part of a page.")
        values = await shell.ask(lambda cursor: _part(cursor, view, kind))
        return shell.panel(request, "service_part.html", view, values)

    return [
        Route("/services", everything),
        Route("/services/{name:path}", one),
        Route("/parts/map", drawn),
        Route("/parts/{kind}", part),
    ]


def _overview(cursor: duckdb.DuckDBPyConnection, view: View) -> dict[str, Any]:
    return {"rows": [_row(row, view) for row in services(cursor, view.scope)], "map": view.address("/parts/map")}


def _map(cursor: duckdb.DuckDBPyConnection, view: View, newest: int) -> dict[str, Any]:
    found = services(cursor, view.scope)
    first = min((min(row["buckets"]) for row in found if row["buckets"]), default=0)
    seconds = max(view.period.seconds * (SPARKS - first) / SPARKS, 1)
    return {"map": service_map(found, edges(cursor, view.scope, newest), seconds)}


def _row(row: Row, view: View) -> dict[str, Any]:
    name = row["service"]
    search = terms(service=name)
    return {
        **figures(row, view.period),
        "name": name,
        "colour": units.colour(name),
        "dependency": row["dependency"],
        "type": row["type"] or "",
        "version": row["version"],
        "spans": f"{row['spans']:,}",
        "href": view.address(service_path(name), service=None),
        "traces": view.search(search),
        "failed": view.search(f"{search} error"),
        "attacked": view.search(f"{search} attack"),
    }


def _service(cursor: duckdb.DuckDBPyConnection, view: View) -> dict[str, Any]:
    found = next((row for row in services(cursor, view.scope) if row["service"] == view.service), None)
    over_time = series(cursor, view.scope, f"{ENTRY} AND service = ?", ENTRY_WORK + " AND service = ?", [view.service])
    return {
        "name": view.service,
        "colour": units.colour(view.service),
        "row": _row(found, view) if found else None,
        "charts": charts(over_time),
        "parts": [{"kind": kind, "href": view.address(f"/parts/{kind}", service=view.service)} for kind in PARTS],
    }


def _part(cursor: duckdb.DuckDBPyConnection, view: View, kind: str) -> dict[str, Any]:
    """One table of the page of a service."""
    if kind == "errors":
        rows = [failure(row, view) for row in errors(cursor, view.scope)]
    else:
        rows = [line(KINDS[kind], row, view) for row in groups(cursor, KINDS[kind], view.scope)]
    return {"name": view.service, "kind": kind, "rows": rows[:SHOWN], "more": len(rows) > SHOWN}
