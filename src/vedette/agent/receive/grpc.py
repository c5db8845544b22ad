"""OTLP over gRPC: the three `Export` calls, with messages as bytes, decoded as those of OTLP over HTTP are.

Specification: https://opentelemetry.io/docs/specs/otlp/#otlpgrpc. gRPC comes from `grpcio`, a part of the agent's
extra: made of Rust crates, HTTP/2 would be in every application's process, where nobody needs it.
"""

from __future__ import annotations

import importlib.util
from typing import TYPE_CHECKING, Any

from vedette.agent.options import Limits
from vedette.agent.receive.bodies import Refused
from vedette.agent.receive.intake import LOG_RECORDS, POINTS, TRACES, Intake, Payload, Signal

if TYPE_CHECKING:
    import grpc

SERVICE = "/opentelemetry.proto.collector.{}.v1.{}Service/Export"
METHODS = {
    SERVICE.format("trace", "Trace"): TRACES,
    SERVICE.format("logs", "Logs"): LOG_RECORDS,
    SERVICE.format("metrics", "Metrics"): POINTS,
}
AT_ONCE = 32
"""Calls under way: each may hold a message of the largest size before anybody can count it."""
GRACE = 0.5
"""Seconds that calls have to end when the agent does."""


def available() -> bool:
    """Whether the package is there."""
    return importlib.util.find_spec("grpc") is not None


class GrpcReceiver:
    """A server of its own, in the event loop of the other one."""

    def __init__(self, intake: Intake, host: str, port: int, limits: Limits) -> None:
        self._intake = intake
        self._address = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
        self._limits = limits
        self._server: Any = None

    async def start(self) -> None:
        """Begins to listen."""
        import grpc.aio  # only where it is wanted: it costs memory

        options = [
            ("grpc.max_receive_message_length", self._limits.body),
            ("grpc.max_concurrent_streams", AT_ONCE),
            ("grpc.so_reuseport", 0),
        ]
        self._server = grpc.aio.server(
            handlers=[_handlers(self._intake)], options=options, maximum_concurrent_rpcs=AT_ONCE
        )
        self._server.add_insecure_port(self._address)
        await self._server.start()

    async def stop(self) -> None:
        """Ends, after a moment for the calls under way."""
        if self._server is not None:
            await self._server.stop(GRACE)


def _handlers(intake: Intake) -> grpc.GenericRpcHandler:
    import grpc  # as in `start`

    # What an exporter repeats is UNAVAILABLE alone, unless more is told (specification, "failures").
    codes = {
        429: grpc.StatusCode.UNAVAILABLE,
        503: grpc.StatusCode.UNAVAILABLE,
        413: grpc.StatusCode.RESOURCE_EXHAUSTED,
    }

    def method(signal: Signal) -> grpc.RpcMethodHandler[bytes, bytes]:
        async def export(message: bytes, context: grpc.aio.ServicerContext[bytes, bytes]) -> bytes:
            try:
                await intake.payload(Payload(signal, "otlp-protobuf", message))
            except Refused as refused:
                await context.abort(codes.get(refused.status, grpc.StatusCode.INVALID_ARGUMENT), refused.reason)
            return b""  # an answer without partial success has no fields

        return grpc.unary_unary_rpc_method_handler(export)

    methods = {path: method(signal) for path, signal in METHODS.items()}

    class Handlers(grpc.GenericRpcHandler):
        """Finds the method of a call."""

        def service(self, handler_call_details: grpc.HandlerCallDetails) -> grpc.RpcMethodHandler[bytes, bytes] | None:
            return methods.get(handler_call_details.method)

    return Handlers()
