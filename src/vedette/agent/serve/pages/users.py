"""Users under attack: accounts and addresses, sign-ins over time, likely takeovers, what to deny."""

from __future__ import annotations

from functools import partial
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from vedette.agent.panels.accounts import DENY_LISTS, account, attacker, chart, numbers
from vedette.agent.query.accounts import sign_ins
from vedette.agent.serve.shell import Shell
from vedette.agent.serve.view import View, read


def routes(shell: Shell) -> list[Route]:
    """`/users`, and the same as JSON under `/api/users`."""

    async def values(view: View) -> dict[str, Any]:
        found = await shell.ask(partial(sign_ins, scope=view.scope))
        return {
            "numbers": numbers(found),
            "accounts": [account(row, view.search) for row in found.accounts],
            "addresses": [attacker(row, view.search) for row in found.addresses],
            "chart": chart(found),
            "any": any(found.count(name) for name in ("failures", "successes", "signups")),
        }

    async def page(request: Request) -> Response:
        view = read(request)
        listed = any(place.path == DENY_LISTS for place in shell.places)
        return shell.panel(request, "users.html", view, {**await values(view), "deny_lists": listed})

    async def api(request: Request) -> Response:
        found = await values(read(request))
        return JSONResponse({name: found[name] for name in ("accounts", "addresses", "chart")})

    return [Route("/users", page), Route("/api/users", api)]
