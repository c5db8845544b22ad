"""The agent as one ASGI application: receiver and page on one port, OTLP on another."""

from __future__ import annotations

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Receive, Scope, Send

from vedette.agent.receive import config, datadog, flares, otlp
from vedette.agent.receive.intake import Intake
from vedette.agent.serve import api, pages, remote_api
from vedette.agent.serve.context import Context
from vedette.agent.serve.guard import KnownHosts, NoBrowsers, SafeHeaders, ShortHeaders
from vedette.agent.serve.render import STATIC, Renderer
from vedette.agent.serve.shell import Shell
from vedette.agent.serve.token import NeedsToken


class Static(StaticFiles):
    """Files whose addresses change with their content, so that a browser may keep them."""

    def file_response(self, *args, **kwargs) -> Response:  # type: ignore[no-untyped-def]
        response = super().file_response(*args, **kwargs)
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
        return response


class Agent:
    """Sends each request to the receivers or to the page."""

    def __init__(self, context: Context, intake: Intake) -> None:
        receivers = Starlette(
            routes=[
                *datadog.routes(intake),
                *config.routes(context.desk, intake),
                *flares.routes(context.flares, intake),
                *otlp.routes(intake),
            ]
        )
        self._receivers = NoBrowsers(receivers)
        self.page = _page(context, intake)
        """What browsers and scripts ask."""
        self._page = SafeHeaders(KnownHosts(NeedsToken(self.page, context.token), _hosts(context)))
        self._either = ShortHeaders(self._choose)
        self._context = context

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            await self._either(scope, receive, send)

    async def _choose(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._room(scope)(scope, receive, send)

    def _room(self, scope: Scope) -> ASGIApp:
        """OTLP has a port of its own because exporters expect it there; its paths differ, so each port takes both."""
        path = scope["path"]
        if path == "/info" or path.startswith(("/v0.", "/v1.0/", "/v1/", "/telemetry/", "/tracer_flare/")):
            return self._receivers
        return self._page


def _hosts(context: Context) -> list[str]:
    return [context.options.host, *context.options.allowed_hosts]


def _page(context: Context, intake: Intake) -> Starlette:
    async def icon(request: Request) -> Response:
        return FileResponse(STATIC / "logo.svg", media_type="image/svg+xml")

    return Starlette(
        routes=[
            *pages.routes(Shell(context, Renderer())),
            *api.routes(context, intake),
            *remote_api.routes(context),
            Route("/favicon.ico", icon),
            Mount("/static", Static(directory=STATIC)),
        ]
    )
