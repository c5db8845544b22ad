"""The keys of the page."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from vedette.agent.serve.shell import Shell


def routes(shell: Shell) -> list[Route]:
    """`/shortcuts`."""

    async def shortcuts(request: Request) -> Response:
        return shell.page(request, "shortcuts.html", {})

    return [Route("/shortcuts", shortcuts)]
