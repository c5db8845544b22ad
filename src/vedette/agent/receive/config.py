"""Remote configuration: a tracer asks for what operators want of it (`/v0.7/config`)."""

from __future__ import annotations

import json

import anyio.to_thread
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from vedette.agent.receive.bodies import Refused
from vedette.agent.receive.datadog import refusal
from vedette.agent.receive.intake import Intake
from vedette.agent.remote.desk import Desk


def routes(desk: Desk, intake: Intake) -> list[Route]:
    """The route that clients ask at."""

    async def config(request: Request) -> Response:
        try:
            body = await intake.plain(request, "config")
            return JSONResponse(await anyio.to_thread.run_sync(lambda: desk.answer(json.loads(body))))
        except Refused as refused:
            return refusal(refused)
        except (ValueError, RecursionError) as error:
            intake.counters.add("dropped.bad_question")
            return JSONResponse({"error": f"not a question for configurations: {error}"}, 400)

    return [Route("/v0.7/config", config, methods=["POST"])]
