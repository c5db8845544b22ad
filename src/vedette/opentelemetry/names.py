"""Operation names of spans that come from OpenTelemetry, which has only one name: it becomes the resource."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    Attributes = Mapping[str, object]

NAMING = frozenset(
    {
        "db.system",
        "db.system.name",
        "faas.invoked_name",
        "faas.invoked_provider",
        "faas.trigger",
        "graphql.operation.type",
        "http.method",
        "http.request.method",
        "messaging.operation",
        "messaging.operation.type",
        "messaging.system",
        "network.protocol.name",
        "rpc.service",
        "rpc.system",
    }
)
"""Attributes that have a say."""


def operation_name(kind: str | None, told: Attributes) -> str:
    """The name for a kind of span and what its attributes tell."""
    for rule in _RULES:
        name = rule(kind, told)
        if name:
            return name.lower()
    if kind in ("server", "client"):
        protocol = told.get("network.protocol.name")
        return f"{protocol}.{kind}.request".lower() if protocol else f"{kind}.request"
    return kind or "internal"


def _http(kind: str | None, told: Attributes) -> str | None:
    if kind in ("server", "client") and ("http.request.method" in told or "http.method" in told):
        return f"http.{kind}.request"
    return None


def _database(kind: str | None, told: Attributes) -> str | None:
    system = told.get("db.system.name") or told.get("db.system")
    return f"{system}.query" if system and kind == "client" else None


def _messaging(kind: str | None, told: Attributes) -> str | None:
    operation = told.get("messaging.operation.type") or told.get("messaging.operation")
    system = told.get("messaging.system")
    if system and operation and kind in ("client", "server", "producer", "consumer"):
        return f"{system}.{operation}"
    return None


def _rpc(kind: str | None, told: Attributes) -> str | None:
    system, service = told.get("rpc.system"), told.get("rpc.service")
    if not system or kind not in ("client", "server"):
        return None
    if system == "aws-api" and kind == "client":
        return f"aws.{service}.request" if service else "aws.client.request"
    return f"{system}.{kind}.request"


def _function(kind: str | None, told: Attributes) -> str | None:
    provider, name, trigger = (told.get(f"faas.{part}") for part in ("invoked_provider", "invoked_name", "trigger"))
    if provider and name and kind == "client":
        return f"{provider}.{name}.invoke"
    return f"{trigger}.invoke" if trigger and kind == "server" else None


def _graphql(kind: str | None, told: Attributes) -> str | None:
    return "graphql.server.request" if "graphql.operation.type" in told else None


_RULES: tuple[Callable[[str | None, Attributes], str | None], ...] = (
    _http,
    _database,
    _messaging,
    _rpc,
    _function,
    _graphql,
)
