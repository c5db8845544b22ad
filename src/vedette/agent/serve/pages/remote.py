"""Remote settings: the mode of protection, sampling and logs by service; the processes, and what they have applied."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from vedette.agent.panels.remote import MODES, processes, row, settings_of
from vedette.agent.remote import items as shelf
from vedette.agent.remote.items import Item
from vedette.agent.serve.changing import around, changing
from vedette.agent.serve.shell import Shell
from vedette.agent.serve.view import read


def routes(shell: Shell) -> list[Route]:
    """`/remote`; posting to it changes settings."""
    desk = shell.context.desk

    async def show(request: Request, said: dict[str, Any]) -> Response:
        settings = await shell.ask(lambda cursor: shelf.find(cursor, ["settings"]))
        values = {
            **await around(shell, []),
            **said,
            "rows": [row(item) for item in settings],
            "processes": processes(desk.clients.all(), desk.version),
            "modes": MODES,
            "key": desk.key.public,
        }
        return shell.panel(request, "remote.html", read(request), values)

    def wishes(form: Mapping[str, str]) -> list[Item]:
        """What the form leaves open stays as it is set, and what was for a time does not become for ever."""
        new = settings_of(form)
        known = desk.wish(new.kind, new.id, new.service, new.env)
        if known is None:
            return [new]
        value = {**known.value, **new.value}
        return [new._replace(value=value, expires=known.expires, note=new.note or known.note)]

    async def page(request: Request) -> Response:
        return await show(request, {})

    return [
        Route("/remote", page, methods=["GET"]),
        Route("/remote", changing(shell, wishes, show), methods=["POST"]),
    ]
