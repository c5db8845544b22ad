"""Errors in groups of the same failure."""

from __future__ import annotations

from typing import Any

import duckdb
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from vedette.agent.panels import live, units
from vedette.agent.panels.rates import spark
from vedette.agent.panels.stack import frames
from vedette.agent.query.errors import errors
from vedette.agent.query.groups import PAGE
from vedette.agent.query.statements import Row, rows, statement
from vedette.agent.query.trace import failure_of
from vedette.agent.query.traces import TracePage
from vedette.agent.serve.shell import Shell
from vedette.agent.serve.view import View, read

FEW = 20
"""Traces shown of a failure."""


def routes(shell: Shell) -> list[Route]:
    """`/errors`, `/errors/<fingerprint>`."""

    async def everything(request: Request) -> Response:
        view = read(request)
        found = await shell.ask(lambda cursor: errors(cursor, view.scope, view.sort, view.page))
        total = found[0]["groups"] if found else 0
        listed = [failure(row, view) for row in found]
        return shell.panel(
            request, "errors.html", view, {"rows": listed, "total": f"{total:,}", "pages": -(-total // PAGE)}
        )

    async def one(request: Request) -> Response:
        view, fingerprint = read(request), str(request.path_params["fingerprint"])
        values = await shell.ask(lambda cursor: _details(cursor, view, fingerprint))
        if values is None:
            return shell.panel(request, "gone.html", view, {"kind": "errors"})
        return shell.panel(request, "error.html", view, values)

    return [Route("/errors", everything), Route("/errors/{fingerprint}", one)]


def failure(row: Row, view: View) -> dict[str, Any]:
    """One group as a line of the table."""
    return {
        **{key: row[key] for key in ("fingerprint", "service", "type", "message", "operations", "resources", "traces")},
        "first": row["first"],
        "last": row["last"],
        "colour": units.colour(row["service"]),
        "spark": spark(row["buckets"]),
        "href": view.address(f"/errors/{row['fingerprint']}"),
    }


def _details(cursor: duckdb.DuckDBPyConnection, view: View, fingerprint: str) -> dict[str, Any] | None:
    found = errors(cursor, view.scope, fingerprint=fingerprint)
    if not found:
        return None
    ids = list(dict.fromkeys(found[0]["all_traces"]))[:FEW]
    traces = rows(cursor, statement("trace_summaries"), [ids])
    said = failure_of(cursor, found[0]["trace_id"], found[0]["type"], found[0]["message"])
    return {
        "row": failure(found[0], view),
        "frames": frames(str(said.get("stack", ""))),
        "listed": live.listing(TracePage(traces, None), "")["traces"],
        "example": f"/trace/{found[0]['trace_id']}",
    }
