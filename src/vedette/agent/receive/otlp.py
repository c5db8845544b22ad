"""OTLP over HTTP: traces, logs and metrics, as protobuf and as JSON.

Specification: https://opentelemetry.io/docs/specs/otlp/#otlphttp
"""

from __future__ import annotations

import json

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from vedette.agent.receive.bodies import Refused
from vedette.agent.receive.intake import LOG_RECORDS, POINTS, TRACES, Intake, Signal

PROTOBUF = "application/x-protobuf"
JSON = "application/json"
FORMS = {PROTOBUF: "otlp-protobuf", "application/protobuf": "otlp-protobuf", JSON: "otlp-json"}
PATHS = {"/v1/traces": TRACES, "/v1/logs": LOG_RECORDS, "/v1/metrics": POINTS}
# gRPC status codes, used in the `google.rpc.Status` of an error.
INVALID_ARGUMENT, RESOURCE_EXHAUSTED, UNAVAILABLE = 3, 8, 14


def routes(intake: Intake) -> list[Route]:
    """The routes of the receiver."""

    return [_route(intake, path, signal) for path, signal in PATHS.items()]


def _route(intake: Intake, path: str, signal: Signal) -> Route:
    async def export(request: Request) -> Response:
        try:
            form = FORMS.get(_content_type(request))
            if form is None:
                intake.counters.add("dropped.bad_payload")
                raise Refused(415, "", f"content type must be {PROTOBUF} or {JSON}")
            await intake.request(request, signal, form)
        except Refused as refused:
            return _refusal(request, refused)
        return _accepted(request)

    return Route(path, export, methods=["POST"])


def _content_type(request: Request) -> str:
    return request.headers.get("content-type", "").split(";")[0].strip().lower()


def _is_json(request: Request) -> bool:
    return _content_type(request) == JSON


def _accepted(request: Request) -> Response:
    """An `Export...ServiceResponse` without partial success: no fields, so no bytes."""
    return Response("{}", media_type=JSON) if _is_json(request) else Response(b"", media_type=PROTOBUF)


def _refusal(request: Request, refused: Refused) -> Response:
    """A `google.rpc.Status` in the format of the request."""
    # 429 and 503 are what an exporter repeats; to anything else it gives up, as it should.
    headers = {"Retry-After": "1"} if refused.status in (429, 503) else {}
    code = {429: RESOURCE_EXHAUSTED, 413: RESOURCE_EXHAUSTED, 503: UNAVAILABLE}.get(refused.status, INVALID_ARGUMENT)
    if _is_json(request):
        text = json.dumps({"code": code, "message": refused.reason})
        return Response(text, refused.status, headers, media_type=JSON)
    return Response(_status(code, refused.reason), refused.status, headers, media_type=PROTOBUF)


def _status(code: int, message: str) -> bytes:
    """`google.rpc.Status` as protobuf: field 1 the code (a varint), field 2 the message."""
    text = message.encode()[:127]  # so that its length fits one byte
    text = text.decode(errors="ignore").encode()
    return bytes([0x08, code, 0x12, len(text)]) + text
