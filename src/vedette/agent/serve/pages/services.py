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
from vedette.agent.query.groups import CALLS, ENDPOINTS, ENTRY, STATEMENTS, WORK, groups
from vedette.agent.query.series import series
from vedette.agent.query.services import edges, services
from vedette.agent.query.statements import Row
from vedette.agent.serve.pages.errors import failure
from vedette.agent.serve.pages.work import line
from vedette.agent.serve.shell import Shell
from vedette.agent.serve.view import View, read

SHOWN = 8
"""Lines of each table on the page of one service."""


def routes(shell: Shell) -> list[Route]:
    """`/services`, `/services/<name>`."""

    async def everything(request: Request) -> Response:
        view, newest = read(request), shell.context.writer.seq
        values = await shell.ask(lambda cursor: _overview(cursor, view, newest))
        return shell.panel(request, "services.html", view, values)

    async def one(request: Request) -> Response:
        view = replace(read(request), service=str(request.path_params["name"]))
        values = await shell.ask(lambda cursor: _service(cursor, view))
        return shell.panel(request, "service.html", view, values)

    return [Route("/services", everything), Route("/services/{name:path}", one)]


def _overview(cursor: duckdb.DuckDBPyConnection, view: View, newest: int) -> dict[str, Any]:
    found = services(cursor, view.scope)
    seconds = view.period.seconds
    first = min((min(row["buckets"]) for row in found if row["buckets"]), default=0)
    drawn = service_map(found, edges(cursor, view.scope, newest), max(seconds * (24 - first) / 24, 1))
    return {"rows": [_row(row, view) for row in found], "map": drawn}


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
        "href": view.address(f"/services/{name}", service=None),
        "traces": view.search(search),
        "failed": view.search(f"{search} error"),
        "attacked": view.search(f"{search} attack"),
    }


def _service(cursor: duckdb.DuckDBPyConnection, view: View) -> dict[str, Any]:
    found = next((row for row in services(cursor, view.scope) if row["service"] == view.service), None)
    tables = [(kind, groups(cursor, kind, view.scope)) for kind in (ENDPOINTS, WORK, STATEMENTS, CALLS)]
    own = "service = ?"
    return {
        "name": view.service,
        "colour": units.colour(view.service),
        "row": _row(found, view) if found else None,
        "charts": charts(series(cursor, view.scope, ENTRY, own, values=[view.service])),
        "tables_": [
            {"kind": kind.name, "rows": [line(kind, row, view) for row in rows[:SHOWN]], "more": len(rows) > SHOWN}
            for kind, rows in tables
            if rows
        ],
        "failures": [failure(row, view) for row in errors(cursor, view.scope)[:SHOWN]],
    }
