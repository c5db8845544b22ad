"""Live: the list of traces as they come."""

from __future__ import annotations

from functools import partial
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from vedette.agent.panels import live
from vedette.agent.query.activity import activity
from vedette.agent.query.completion import complete
from vedette.agent.query.terms import MOST_CHARACTERS, parse
from vedette.agent.query.traces import list_traces
from vedette.agent.serve.parameters import number
from vedette.agent.serve.shell import Shell
from vedette.agent.serve.view import period

NOTHING_NEW = Response(status_code=204)
"""htmx leaves the page as it is."""


def routes(shell: Shell) -> list[Route]:
    """`/` (with `since`, only if there is something newer); `/complete`, how a search may go on."""

    async def page(request: Request) -> Response:
        seq = shell.context.writer.seq
        part = "hx-request" in request.headers
        if part and number(request, "since") == seq:
            return NOTHING_NEW
        return shell.page(request, "traces.html" if part else "live.html", await _listing(shell, request, seq))

    async def completion(request: Request) -> Response:
        search = request.query_params.get("q", "")[:MOST_CHARACTERS]
        found = await shell.ask(partial(complete, search=search, newest=shell.context.writer.seq))
        return JSONResponse([suggestion._asdict() for suggestion in found], headers={"Cache-Control": "no-store"})

    return [Route("/", page), Route("/complete", completion)]


async def _listing(shell: Shell, request: Request, seq: int) -> dict[str, Any]:
    search = request.query_params.get("q", "").strip()
    before, below, terms = number(request, "before"), number(request, "below"), parse(search)
    # A number of another panel leads here with its period.
    limits = {name: request.query_params[name] for name in ("t", "from", "to") if name in request.query_params}
    when = period(request) if limits else None
    wanted = partial(list_traces, terms=terms, newest=seq, limit=live.PAGE, before=before, period=when, below=below)
    page = await shell.ask(wanted)
    charted = before is None and below is None and when is None
    rate = await shell.ask(partial(activity, terms=terms, newest=seq)) if charted else None
    return {
        **live.listing(page, search, limits),
        "q": search,
        "since": seq,
        "newest": before is None and below is None,
        "poll": live.address(search, since=seq, **limits),
        "first": live.address(search, **limits),
        "period": when,
        "unlimited": live.address(search),
        "chips": live.chips(terms, limits),
        "quick": live.quick_filters(terms, limits),
        "rate": live.chart(rate) if rate else None,
    }
