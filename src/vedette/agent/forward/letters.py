"""What is sent on: a payload as it came where the receiver understands it, translated where it does not."""

from __future__ import annotations

import json
from dataclasses import dataclass, field

from vedette import _native

PROTOBUF = "application/x-protobuf"
MSGPACK = "application/msgpack"
PATHS = {"spans": "/v1/traces", "logs": "/v1/logs", "metrics": "/v1/metrics"}
VIA = "vedette-via"
"""Header with the agents that a payload came by: one that meets its own name in it has sent it to itself."""
EVERY_AGENT_READS = ("v0.3", "v0.4", "v0.5")


class Unsupported(Exception):
    """The receiver has no place for such a thing."""


def names(headers: list[tuple[str, str]]) -> list[str]:
    """The agents that a payload with these headers came by."""
    return [name for header, value in headers if header == VIA for name in value.split(",")]


@dataclass(frozen=True)
class Letter:
    """A request to be sent."""

    path: str
    body: bytes
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def joinable(self) -> bool:
        """Whether bodies can be put one after the other: OTLP requests in protobuf are lists, and lists concatenate."""
        return self.headers.get("Content-Type") == PROTOBUF

    def to_bytes(self) -> bytes:
        """For a file: a line of JSON, then the body."""
        return json.dumps({"path": self.path, "headers": self.headers}).encode() + b"\n" + self.body

    @classmethod
    def from_bytes(cls, content: bytes) -> Letter:
        """Raises ValueError if it is none."""
        head, found, body = content.partition(b"\n")
        told = json.loads(head)
        if not found or not isinstance(told, dict):
            raise ValueError("no letter")
        return cls(str(told["path"]), body, dict(told["headers"]))


def for_otlp(signal: str, form: str, body: bytes, headers: list[tuple[str, str]]) -> list[Letter]:
    """The requests for an OTLP endpoint.

    Raises:
        ValueError: the payload can't be translated.
    """
    if form == "otlp-json":
        return [Letter(PATHS[signal], body, {"Content-Type": "application/json"})]
    bodies = [body] if form == "otlp-protobuf" else _native.translate(form, body, "otlp-protobuf", headers)
    return [Letter(PATHS[signal], one, {"Content-Type": PROTOBUF}) for one in bodies if one]


def for_datadog(signal: str, form: str, body: bytes, headers: list[tuple[str, str]]) -> list[Letter]:
    """The requests for a Datadog Agent.

    Raises:
        Unsupported: it takes traces alone.
        ValueError: the payload can't be translated.
    """
    if signal != "spans":
        raise Unsupported(f"a Datadog Agent takes no {signal} here")
    told = {"Content-Type": MSGPACK, **{name: value for name, value in headers if name != VIA}}
    if form in EVERY_AGENT_READS:
        return [Letter(f"/{form}/traces", body, told)]
    return [Letter("/v0.4/traces", one, told) for one in _native.translate(form, body, "v0.4", headers)]
