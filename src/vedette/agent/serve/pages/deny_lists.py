"""Deny lists: who is refused, until when; entries come by hand, by many, and from suggestions."""

from __future__ import annotations

from functools import partial
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from vedette.agent.panels.deny_lists import LASTING, NAMES, entries, row
from vedette.agent.remote import items as shelf
from vedette.agent.remote.items import LISTS
from vedette.agent.serve.changing import around, changing, filled
from vedette.agent.serve.shell import Shell
from vedette.agent.serve.view import read

PAGE = 100


def routes(shell: Shell) -> list[Route]:
    """`/deny-lists`, with `q` for a part of an entry; posting to it changes the lists.

    `kind`, `value` and `reason` fill in the form: another panel suggests an entry.
    """

    async def show(request: Request, said: dict[str, Any]) -> Response:
        view = read(request)
        search = view.given.get("q", "").strip()
        counts = await shell.ask(lambda cursor: {kind: shelf.count(cursor, [kind]) for kind in LISTS})
        total = await shell.ask(partial(shelf.count, kinds=LISTS, search=search))
        start = (view.page - 1) * PAGE
        found = await shell.ask(partial(shelf.find, kinds=LISTS, search=search, limit=PAGE, offset=start))
        values = {
            **await around(shell, [("ASM_DATA", "lists")]),
            **said,
            "search": search,
            "counts": counts,
            "rows": [row(item) for item in found],
            "total": total,
            "pages": (total + PAGE - 1) // PAGE,
            "kinds": NAMES,
            "lasting": LASTING,
        }
        return shell.panel(request, "deny_lists.html", view, values)

    async def page(request: Request) -> Response:
        given = read(request).given
        suggested = {"kind": "kind", "value": "entries", "reason": "note"}
        return await show(request, {"form": filled({name: given.get(key, "") for key, name in suggested.items()})})

    return [
        Route("/deny-lists", page, methods=["GET"]),
        Route("/deny-lists", changing(shell, entries, show), methods=["POST"]),
    ]
