"""Pages that change what operators want: a form comes, the panel goes back with what became of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

import anyio.to_thread
from starlette.requests import Request
from starlette.responses import Response

from vedette.agent.panels.remote import services
from vedette.agent.remote import items as shelf
from vedette.agent.remote.describe import progress
from vedette.agent.remote.items import Item
from vedette.agent.serve.form import form_of
from vedette.agent.serve.shell import Shell

Handler = Callable[[Request], Awaitable[Response]]
Wishes = Callable[[Mapping[str, str]], Sequence[Item]]
Show = Callable[[Request, dict[str, Any]], Awaitable[Response]]


def changing(shell: Shell, wishes: Wishes, show: Show) -> Handler:
    """Keeps what a form wishes; with `remove` (a kind) in it, gives up the wish of `id`, `service` and `env`."""
    desk = shell.context.desk

    async def change(request: Request) -> Response:
        form: dict[str, str] = {}
        try:
            form = await form_of(request)
            if "remove" in form:
                found = await anyio.to_thread.run_sync(_removed, desk.remove, form)
                said = {
                    "done": f"{form.get('id', '')} removed" if found else "",
                    "problem": "" if found else "It was gone.",
                }
            else:
                kept = await anyio.to_thread.run_sync(lambda: desk.put(list(wishes(form))))
                said = {"done": f"{kept[0].id if len(kept) == 1 else f'{len(kept):,} entries'} saved", "problem": ""}
                form = {}
        except ValueError as error:
            said = {"done": "", "problem": str(error)}
        return await show(request, {**said, "form": filled({} if "remove" in form else form)})

    return change


def filled(form: Mapping[str, str]) -> defaultdict[str, str]:
    """A form as templates read it: what was not filled in is empty."""
    return defaultdict(str, form)


def _removed(remove: Callable[[str, str, str, str], bool], form: Mapping[str, str]) -> bool:
    return remove(form["remove"], form.get("id", ""), form.get("service", ""), form.get("env", ""))


async def around(shell: Shell, configs: Sequence[tuple[str, str]]) -> dict[str, Any]:
    """What such panels have in common: the token, names to choose from, how far configurations have come."""
    desk = shell.context.desk
    clients = desk.clients.all()
    settings = await shell.ask(lambda cursor: shelf.find(cursor, ["settings"]))
    each = [progress(clients, *config) for config in configs]
    total = {name: max((one[name] for one in each), default=0) for name in ("applied", "refused", "waiting")}
    errors = sorted({error for one in each for error in one["errors"]})
    return {
        "token": shell.context.token,
        "done": "",
        "problem": "",
        "form": filled({}),
        "progress": {**total, "errors": errors, "clients": sum(not client.silent for client in clients)},
        **services(clients, settings),
    }
