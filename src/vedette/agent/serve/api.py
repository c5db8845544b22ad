"""The JSON API: the same queries as the page. Times are nanoseconds, ids are hex."""

from __future__ import annotations

from functools import partial

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from vedette.agent.query.summary import summary
from vedette.agent.query.terms import parse
from vedette.agent.query.trace import as_json, find_trace
from vedette.agent.query.traces import list_traces
from vedette.agent.serve.context import Context
from vedette.agent.serve.parameters import number, trace_id

SETTLE = 2.0
"""Seconds that `/api/summary` waits for spans that were taken but are not stored yet."""


def routes(context: Context) -> list[Route]:
    """`/api/summary`, `/api/traces` (`q`, `limit`, `before`), `/api/trace/<id>`."""

    async def get_summary(request: Request) -> Response:
        def question(cursor):  # type: ignore[no-untyped-def]
            context.writer.flush(SETTLE)
            return summary(cursor, context.counters)

        return JSONResponse(await context.ask(question))

    async def get_traces(request: Request) -> Response:
        terms = parse(request.query_params.get("q", ""))
        limit, before = number(request, "limit") or 50, number(request, "before")
        page = await context.ask(
            partial(list_traces, terms=terms, newest=context.writer.seq, limit=limit, before=before)
        )
        problems = {term.text: term.problem for term in terms if term.problem}
        return JSONResponse({"traces": page.traces, "before": page.before, "problems": problems})

    async def get_trace(request: Request) -> Response:
        wanted = trace_id(request)
        trace = await context.ask(lambda cursor: find_trace(cursor, wanted, full=True)) if wanted else None
        if trace is None:
            return JSONResponse({"error": "no such trace"}, 404)
        return JSONResponse(as_json(trace))

    return [
        Route("/api/summary", get_summary),
        Route("/api/traces", get_traces),
        Route("/api/trace/{trace_id}", get_trace),
    ]
