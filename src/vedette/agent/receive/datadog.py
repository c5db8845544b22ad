"""The Datadog Agent's trace API, as far as tracers need it: what is sent to a local Agent can be sent here.

Unlike an Agent, which answers 200 whatever happened unless asked, refusals have their real status and a reason.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import anyio.to_thread
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from vedette.agent.receive.bodies import Refused
from vedette.agent.receive.intake import TRACES, Intake

TRACE_VERSIONS = ("v0.3", "v0.4", "v0.5", "v0.7", "v1.0")
ENDPOINTS = [
    *(f"/{version}/traces" for version in TRACE_VERSIONS),
    "/v0.6/stats",
    "/v0.7/config",
    "/telemetry/proxy/",
    "/tracer_flare/v1",
]
INFO = {
    "version": "7.60.0",  # tracers compare it with the Agent versions that brought a feature
    "endpoints": ENDPOINTS,
    "feature_flags": [],
    # False: a tracer that computes statistics itself would otherwise keep back the traces it does not sample,
    # and here every trace is wanted.
    "client_drop_p0s": False,
    "span_meta_structs": True,
    "span_events": True,
    "long_running_spans": False,
    "peer_tags": [],
    "config": {"statsd_port": 0},
    "vedette": "embedded",
}
Handler = Callable[[Request], Awaitable[Response]]


def routes(intake: Intake) -> list[Route]:
    """The routes of the receiver."""
    return [
        Route("/info", _info, methods=["GET"]),
        *(Route(f"/{version}/traces", _traces(intake, version), methods=["PUT", "POST"]) for version in TRACE_VERSIONS),
        Route("/v0.6/stats", _ignored(intake, "stats", 200), methods=["PUT", "POST"]),
        Route("/telemetry/proxy/{path:path}", _telemetry(intake), methods=["POST"]),
    ]


async def _info(request: Request) -> Response:
    return JSONResponse(INFO)


def _traces(intake: Intake, version: str) -> Handler:
    async def traces(request: Request) -> Response:
        try:
            await intake.request(request, TRACES, version)
        except Refused as refused:
            return refusal(refused)
        # Version 0.3 knows no sampling rates.
        return PlainTextResponse("OK\n") if version == "v0.3" else JSONResponse({"rate_by_service": {}})

    return traces


def _ignored(intake: Intake, kind: str, status: int) -> Handler:
    async def ignored(request: Request) -> Response:
        try:
            await intake.plain(request, kind)
        except Refused as refused:
            return refusal(refused)
        return JSONResponse({}, status)

    return ignored


def _telemetry(intake: Intake) -> Handler:
    """What tracers tell of themselves: who they are, their integrations, the application's libraries."""

    async def telemetry(request: Request) -> Response:
        try:
            # In a thread: large messages take a while, and the inventory may be busy learning from spans.
            await anyio.to_thread.run_sync(intake.senders.telemetry, await intake.plain(request, "telemetry"))
        except Refused as refused:
            return refusal(refused)
        return JSONResponse({}, 202)

    return telemetry


def refusal(refused: Refused) -> Response:
    """The answer for a payload that was not taken."""
    headers = {"Retry-After": "1"} if refused.status in (429, 503) else {}
    return JSONResponse({"error": refused.reason}, refused.status, headers)
