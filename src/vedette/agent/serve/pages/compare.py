"""Two traces side by side; with one alone, others of its kind to compare it with."""

from __future__ import annotations

from typing import Any

import duckdb
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from vedette.agent.panels import live
from vedette.agent.panels.comparison import comparison
from vedette.agent.panels.searches import terms
from vedette.agent.query.terms import parse
from vedette.agent.query.trace import find_trace
from vedette.agent.query.traces import list_traces
from vedette.agent.serve.parameters import HEX_TRACE
from vedette.agent.serve.shell import Shell

CHOICE = 40


def routes(shell: Shell) -> list[Route]:
    """`/compare?a=<trace id>&b=<trace id>`."""

    async def page(request: Request) -> Response:
        first, second = (_id(request.query_params.get(side, "")) for side in ("a", "b"))
        newest = shell.context.writer.seq
        values = await shell.ask(lambda cursor: _values(cursor, first, second, newest)) if first else None
        if values is None:
            return shell.missing(request, "There is no such trace here to compare. Open one, and choose Compare there.")
        return shell.page(request, "compare.html", values)

    return [Route("/compare", page)]


def _id(text: str) -> str:
    text = text.strip()
    return text.lower().rjust(32, "0") if HEX_TRACE.fullmatch(text) else ""


def _values(cursor: duckdb.DuckDBPyConnection, first: str, second: str, newest: int) -> dict[str, Any] | None:
    one, other = find_trace(cursor, first), find_trace(cursor, second) if second else None
    if one is None:
        return None
    if other is not None:
        return {"a": one.trace_id, "compared": comparison(one, other), "others": [], "unknown": False}
    root = one.root
    search = terms(service=root["service"], op=root["name"], resource=root["resource"])
    page = list_traces(cursor, parse(search), newest, CHOICE)
    others = [trace for trace in live.listing(page, search)["traces"] if trace["trace_id"] != one.trace_id]
    return {"a": one.trace_id, "compared": None, "others": others, "unknown": bool(second)}
