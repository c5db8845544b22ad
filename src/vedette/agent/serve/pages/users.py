"""Users under attack: accounts and addresses, sign-ins over time, likely takeovers, what to deny."""

from __future__ import annotations

from functools import partial
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from vedette.agent.panels.accounts import account, attacker, chart, numbers, wished
from vedette.agent.query.accounts import sign_ins
from vedette.agent.serve.changing import changing
from vedette.agent.serve.shell import Shell
from vedette.agent.serve.view import View, read


def routes(shell: Shell) -> list[Route]:
    """`/users`, where posting denies somebody; and the same as JSON under `/api/users`."""

    async def values(view: View) -> dict[str, Any]:
        found = await shell.ask(partial(sign_ins, scope=view.scope))
        return {
            "numbers": numbers(found),
            "accounts": [account(row, view.search, found.denied) for row in found.accounts],
            "addresses": [attacker(row, view.search, found.denied) for row in found.addresses],
            "chart": chart(found),
            "any": any(found.count(name) for name in ("failures", "successes", "signups")),
        }

    async def show(request: Request, said: dict[str, Any]) -> Response:
        view = read(request)
        return shell.panel(request, "users.html", view, {"done": "", "problem": "", **await values(view), **said})

    async def page(request: Request) -> Response:
        return await show(request, {})

    async def api(request: Request) -> Response:
        found = await values(read(request))
        return JSONResponse({name: found[name] for name in ("accounts", "addresses", "chart")})

    return [
        Route("/users", page, methods=["GET"]),
        Route("/users", changing(shell, wished, show), methods=["POST"]),
        Route("/api/users", api),
    ]
