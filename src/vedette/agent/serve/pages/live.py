"""Live: the list of traces as they come."""

from __future__ import annotations

from functools import partial
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from vedette.agent.panels import live
from vedette.agent.query.activity import activity
from vedette.agent.query.terms import parse
from vedette.agent.query.traces import list_traces
from vedette.agent.serve.parameters import number
from vedette.agent.serve.shell import Shell

NOTHING_NEW = Response(status_code=204)
"""htmx leaves the page as it is."""


def routes(shell: Shell) -> list[Route]:
    """`/`; with `since`, only if there is something newer."""

    async def page(request: Request) -> Response:
        seq = shell.context.writer.seq
        part = "hx-request" in request.headers
        if part and number(request, "since") == seq:
            return NOTHING_NEW
        return shell.page(request, "traces.html" if part else "live.html", await _listing(shell, request, seq))

    return [Route("/", page)]


async def _listing(shell: Shell, request: Request, seq: int) -> dict[str, Any]:
    search = request.query_params.get("q", "").strip()
    before, terms = number(request, "before"), parse(search)
    page = await shell.ask(partial(list_traces, terms=terms, newest=seq, limit=live.PAGE, before=before))
    rate = await shell.ask(partial(activity, terms=terms, newest=seq)) if before is None else None
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
    }
