"""Endpoints, queries, outgoing calls and background jobs: one table each, and a page for each line of it."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Any

import duckdb
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from vedette.agent.panels import live, units
from vedette.agent.panels.rates import charts, figures, share
from vedette.agent.panels.searches import terms
from vedette.agent.panels.statement import laid_out
from vedette.agent.query.groups import CALLS, ENDPOINTS, PAGE, STATEMENTS, WORK, Kind, callers, group, groups, repeats
from vedette.agent.query.series import series
from vedette.agent.query.statements import Row
from vedette.agent.query.terms import parse
from vedette.agent.query.traces import list_traces
from vedette.agent.serve.shell import Shell
from vedette.agent.serve.view import View, read, service_path

KINDS = {kind.name: kind for kind in (ENDPOINTS, STATEMENTS, CALLS, WORK)}
FEW = 8
"""Traces shown of a group."""


def routes(shell: Shell) -> list[Route]:
    """`/endpoints`, `/queries`, `/outgoing`, `/jobs`; each with `/one`, which takes what identifies a line."""
    made = []
    for kind in KINDS.values():
        made += [Route(f"/{kind.name}", partial(_table, shell, kind)), Route(f"/{kind.name}/one", _one(shell, kind))]
    return made


async def _table(shell: Shell, kind: Kind, request: Request) -> Response:
    view, newest = read(request), shell.context.writer.seq
    values = await shell.ask(lambda cursor: _listing(cursor, kind, view, newest))
    return shell.panel(request, f"{kind.name}.html", view, values)


def _listing(cursor: duckdb.DuckDBPyConnection, kind: Kind, view: View, newest: int) -> dict[str, Any]:
    text = view.given.get("find", "")
    found = groups(cursor, kind, view.scope, view.sort, view.page, text)
    often = repeats(cursor, kind, view.scope, newest) if kind in (STATEMENTS, CALLS) else {}
    total = found[0]["groups"] if found else 0
    return {
        "rows": [{**line(kind, row, view), "repeat": _repeat(kind, row, often)} for row in found],
        "find": text,
        "total": f"{total:,}",
        "pages": -(-total // PAGE),
    }


def _repeat(kind: Kind, row: Row, often: dict[tuple[str, ...], Row]) -> dict[str, Any] | None:
    found = often.get(tuple(row[name] for name in kind.keys))
    return {"most": found["most"], "href": f"/trace/{found['trace_id']}"} if found else None


def line(kind: Kind, row: Row, view: View) -> dict[str, Any]:
    """One group as a line of a table."""
    keys = {name: row[name] for name in kind.keys}
    search = search_of(kind, row)
    return {
        **keys,
        **figures(row, view.period),
        "colour": units.colour(row["owner"]),
        "share": units.percent(int(row["total"]), int(row["everything"])),
        "share_text": share(int(row["total"]), int(row["everything"])) or "0 %",
        "total": units.duration(int(row["total"])),
        "longest": units.duration(row["longest"]),
        "href": view.address(f"/{kind.name}/one", service=None, **keys),
        "owner_href": view.address(service_path(row["owner"]), service=None),
        "traces": view.search(search),
        "slow": view.search(f"{search} min:{max(int(figures(row, view.period)['p95_ns']) // 1000, 1)}us"),
        "failed": view.search(f"{search} error"),
        "attacked": view.search(f"{search} attack"),
        "repeat": None,
    }


def search_of(kind: Kind, row: Row) -> str:
    """The search that finds the traces of a group."""
    if kind is ENDPOINTS:
        return f"kind:server {terms(service=row['owner'], resource=row['resource'])}"
    if kind is WORK:
        return terms(service=row["owner"], op=row["name"], resource=row["resource"])
    if kind is CALLS:
        address = str(row["peer"]).partition(":")[0]
        found = {"server.address": address, "http.request.method": str(row["method"])}
        return "kind:client " + terms(resource=row["resource"], **found)
    return terms(service=row["store"], resource=row["resource"])


def _one(shell: Shell, kind: Kind) -> Any:
    async def page(request: Request) -> Response:
        # The line is identified by its own values; a service in the address must not narrow it further.
        view = replace(read(request), service="")
        found = await shell.ask(lambda cursor: group(cursor, kind, view.scope, view.given))
        if found is None:
            return shell.panel(request, "gone.html", view, {"kind": kind.name})
        values = await shell.ask(lambda cursor: _details(cursor, kind, view, found, shell.context.writer.seq))
        return shell.panel(request, "work.html", view, values)

    return page


def _details(cursor: duckdb.DuckDBPyConnection, kind: Kind, view: View, row: Row, newest: int) -> dict[str, Any]:
    condition, wanted = kind.one(view.given)
    found = line(kind, row, view)
    traces = {"newest": found["search"] if "search" in found else search_of(kind, row)}
    traces["slowest"] = f"{traces['newest']} min:{max(int(found['p95_ns']) // 1000, 1)}us"
    return {
        "kind": kind.name,
        "row": found,
        "sql": laid_out(row["resource"]) if kind is STATEMENTS and row.get("type") == "sql" else [],
        "charts": charts(series(cursor, view.scope, condition, kind.one_work, wanted)),
        "callers": [_caller(caller, view) for caller in _callers(cursor, kind, view, newest)],
        "lists": {name: _traces(cursor, search, newest, view) for name, search in traces.items()},
    }


def _callers(cursor: duckdb.DuckDBPyConnection, kind: Kind, view: View, newest: int) -> list[Row]:
    return callers(cursor, kind, view.scope, view.given, newest) if kind in (STATEMENTS, CALLS) else []


def _caller(row: Row, view: View) -> dict[str, Any]:
    keys = {"owner": row["service"], "resource": row["resource"]}
    return {
        **row,
        "colour": units.colour(row["service"]),
        "href": view.address("/endpoints/one", service=None, **keys),
        "per_trace": f"{row['calls'] / row['traces']:.3g}",
        "total": units.duration(int(row["total"])),
    }


def _traces(cursor: duckdb.DuckDBPyConnection, search: str, newest: int, view: View) -> list[dict[str, Any]]:
    page = list_traces(cursor, parse(search), newest, FEW, period=view.period)
    return list(live.listing(page, search)["traces"])
