"""The routes of the JSON API, made from its description."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from vedette.agent.receive.bodies import Refused
from vedette.agent.receive.datadog import refusal
from vedette.agent.receive.intake import SPAN_LINES, Intake
from vedette.agent.serve.answer import Answer
from vedette.agent.serve.context import Context
from vedette.agent.serve.endpoints import ALL, Asked, Endpoint
from vedette.agent.serve.openapi import document


def routes(context: Context, intake: Intake) -> list[Route]:
    """All addresses below `/api`."""

    async def take_in(request: Request) -> Response:
        try:
            count = await intake.request(request, SPAN_LINES, "lines")
        except Refused as refused:
            return refusal(refused)
        return JSONResponse({"spans": count})

    async def openapi(request: Request) -> Response:
        return JSONResponse(document())

    changes = Route("/api/import", take_in, methods=["POST"])
    return [changes, Route("/api/openapi.json", openapi), *(_route(context, endpoint) for endpoint in ALL)]


def _route(context: Context, endpoint: Endpoint) -> Route:
    async def answer(request: Request) -> Response:
        found = await context.ask(lambda cursor: endpoint.answer(Asked(context, cursor, request)))
        if found is None:
            return JSONResponse({"error": "no such trace"}, 404)
        return Answer(found, headers={"Cache-Control": "no-store"})

    return Route(endpoint.path, answer)
