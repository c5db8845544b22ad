"""The pages: the list of traces, one trace, one span. Asked by htmx, they answer with the part that changes."""

from __future__ import annotations

from functools import partial
from typing import Any

import duckdb
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from vedette.agent.panels import live
from vedette.agent.panels.details import details
from vedette.agent.panels.waterfall import waterfall
from vedette.agent.query.activity import activity
from vedette.agent.query.terms import parse
from vedette.agent.query.trace import Trace, find_span, find_trace
from vedette.agent.query.traces import list_traces
from vedette.agent.serve.context import Context
from vedette.agent.serve.parameters import number, span_id, trace_id
from vedette.agent.serve.render import Renderer

NOTHING_NEW = Response(status_code=204)
"""htmx leaves the page as it is."""


class Pages:
    """The handlers of the pages."""

    def __init__(self, context: Context, renderer: Renderer) -> None:
        self._context = context
        self._render = renderer

    def routes(self) -> list[Route]:
        """`/`, `/trace/<id>`, `/trace/<id>/span/<id>`."""
        return [
            Route("/", self.live),
            Route("/trace/{trace_id}", self.trace),
            Route("/trace/{trace_id}/span/{span_id}", self.span),
        ]

    async def live(self, request: Request) -> Response:
        """The list of traces; with `since`, only if there is something newer."""
        seq = self._context.writer.seq
        partial_page = "hx-request" in request.headers
        if partial_page and number(request, "since") == seq:
            return NOTHING_NEW
        values = await self._listing(request, seq)
        return self._render.page("traces.html" if partial_page else "live.html", values)

    async def _listing(self, request: Request, seq: int) -> dict[str, Any]:
        search = request.query_params.get("q", "").strip()
        before, terms = number(request, "before"), parse(search)
        page = await self._context.ask(partial(list_traces, terms=terms, newest=seq, limit=live.PAGE, before=before))
        rate = await self._context.ask(partial(activity, terms=terms, newest=seq)) if before is None else None
        return {
            **live.listing(page, search),
            "q": search,
            "since": seq,
            "newest": before is None,
            "poll": live.address(search, since=seq),
            "first": live.address(search),
            "chips": live.chips(terms),
            "quick": live.quick_filters(terms),
            "rate": live.chart(rate) if rate else None,
            "state": self._state(seq),
        }

    def _state(self, seq: int) -> dict[str, Any]:
        """The line at the bottom of each page."""
        counters, options = self._context.counters, self._context.options
        return {
            "received": counters.get("spans.received"),
            "dropped": counters.group("dropped"),
            "empty": seq == 0,
            "address": f"{options.host}:{options.port}",
            "otlp": f"{options.host}:{options.otlp_port}",
            "where": "in memory" if options.data is None else str(options.data),
        }

    async def trace(self, request: Request) -> Response:
        """One trace, with one of its spans open if `span` names one."""
        wanted = trace_id(request)
        trace = await self._context.ask(lambda cursor: find_trace(cursor, wanted)) if wanted else None
        if trace is None:
            return self._missing("There is no such trace here. It may have been removed by retention.")
        opened = span_id(request.query_params.get("span", ""))
        found = None if opened is None else await self._context.ask(partial(self._span, trace=trace, span=opened))
        values = {"trace": waterfall(trace), "span": found, "q": "", "state": self._state(self._context.writer.seq)}
        return self._render.page("trace.html", values)

    def _span(self, cursor: duckdb.DuckDBPyConnection, trace: Trace, span: int) -> dict[str, Any] | None:
        found = find_span(cursor, trace.trace_id, span)
        return None if found is None else details(found, trace.trace_id, trace.start)

    async def span(self, request: Request) -> Response:
        """The details of one span, to put beside its trace."""
        wanted, number_of_span = trace_id(request), span_id(str(request.path_params["span_id"]))
        start = number(request, "start") or 0
        if not wanted or number_of_span is None:
            return self._missing("That is not the address of a span.")
        found = await self._context.ask(lambda cursor: find_span(cursor, wanted, number_of_span))
        if found is None:
            return self._missing("There is no such span here.")
        return self._render.page("span.html", {"span": details(found, wanted, start)})

    def _missing(self, text: str) -> HTMLResponse:
        values = {"text": text, "q": "", "state": self._state(self._context.writer.seq)}
        return self._render.page("missing.html", values, 404)
