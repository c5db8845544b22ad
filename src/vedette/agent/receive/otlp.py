"""OTLP over HTTP: traces as protobuf and as JSON. Logs and metrics are accepted, counted and not used.

Specification: https://opentelemetry.io/docs/specs/otlp/#otlphttp
"""

from __future__ import annotations

import json

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from vedette.agent.receive.bodies import Refused
from vedette.agent.receive.intake import Intake

PROTOBUF = "application/x-protobuf"
JSON = "application/json"
FORMS = {PROTOBUF: "otlp-protobuf", "application/protobuf": "otlp-protobuf", JSON: "otlp-json"}
# gRPC status codes, used in the `google.rpc.Status` of an error.
INVALID_ARGUMENT, RESOURCE_EXHAUSTED, UNAVAILABLE = 3, 8, 14


def routes(intake: Intake) -> list[Route]:
    """The routes of the receiver."""

    async def traces(request: Request) -> Response:
        try:
            form = FORMS.get(_content_type(request))
            if form is None:
                intake.counters.add("dropped.bad_payload")
                raise Refused(415, "bad_payload", f"content type must be {PROTOBUF} or {JSON}")
            await intake.spans(request, form)
        except Refused as refused:
            return _refusal(request, refused)
        return _accepted(request)

    async def unused(request: Request) -> Response:
        try:
            await intake.ignore(request, request.url.path.rsplit("/", 1)[-1])
        except Refused as refused:
            return _refusal(request, refused)
        return _accepted(request)

    return [
        Route("/v1/traces", traces, methods=["POST"]),
        Route("/v1/logs", unused, methods=["POST"]),
        Route("/v1/metrics", unused, methods=["POST"]),
    ]


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
