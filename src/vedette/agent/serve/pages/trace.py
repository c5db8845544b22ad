"""One trace, and one span of it."""

from __future__ import annotations

from functools import partial
from typing import Any

import duckdb
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from vedette.agent.panels.details import details
from vedette.agent.panels.logs import records
from vedette.agent.panels.waterfall import waterfall
from vedette.agent.query.logs import count_logs, trace_logs
from vedette.agent.query.trace import Trace, find_span, find_trace
from vedette.agent.serve.parameters import number, span_id, trace_id
from vedette.agent.serve.shell import Shell


def routes(shell: Shell) -> list[Route]:
    """`/trace/<id>` with one of its spans open if `span` names one; `/trace/<id>/span/<id>` and `/trace/<id>/logs`, to
    put beside it."""

    async def trace(request: Request) -> Response:
        wanted = trace_id(request)
        found = await shell.ask(lambda cursor: find_trace(cursor, wanted)) if wanted else None
        if found is None:
            return shell.missing(request, "There is no such trace here. It may have been removed by retention.")
        opened = span_id(request.query_params.get("span", ""))
        open_span = None if opened is None else await shell.ask(partial(_span, trace=found, span=opened))
        root = await shell.ask(partial(_span, trace=found, span=int(found.root["span_id"])))
        values = {
            "trace": await shell.think(waterfall, found),
            "span": open_span,
            "curl": root["curl"] if root else "",
            "logged": await shell.ask(lambda cursor: count_logs(cursor, wanted)),
        }
        return shell.page(request, "trace.html", values)

    async def span(request: Request) -> Response:
        wanted, number_of_span = trace_id(request), span_id(str(request.path_params["span_id"]))
        start = number(request, "start") or 0
        if not wanted or number_of_span is None:
            return shell.missing(request, "That is not the address of a span.")
        found = await shell.ask(lambda cursor: find_span(cursor, wanted, number_of_span))
        if found is None:
            return shell.missing(request, "There is no such span here.")
        logged = await shell.ask(lambda cursor: trace_logs(cursor, wanted, number_of_span))
        return shell.page(request, "span.html", {"span": details(found, wanted, start, logged)})

    async def logs(request: Request) -> Response:
        wanted = trace_id(request)
        found = await shell.ask(lambda cursor: trace_logs(cursor, wanted)) if wanted else []
        start = number(request, "start") or (found[0]["time"] if found else 0)
        return shell.page(request, "trace_logs.html", {"logs": records(found, start)})

    return [
        Route("/trace/{trace_id}", trace),
        Route("/trace/{trace_id}/logs", logs),
        Route("/trace/{trace_id}/span/{span_id}", span),
    ]


def _span(cursor: duckdb.DuckDBPyConnection, trace: Trace, span: int) -> dict[str, Any] | None:
    found = find_span(cursor, trace.trace_id, span)
    if found is None:
        return None
    return details(found, trace.trace_id, trace.start, trace_logs(cursor, trace.trace_id, span))
