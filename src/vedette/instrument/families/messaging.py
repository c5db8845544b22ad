"""Message brokers and task queues: a span for what is published, one for what is worked on, one trace over both."""

from __future__ import annotations

from vedette._native import url_parts
from vedette.instrument.integration import option
from vedette.operations import Message

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from vedette.instrument.integration import Integration

DISTRIBUTED_TRACING = option(
    "distributed_tracing", True, "Whether messages carry the trace context in their headers, and workers continue it."
)

_PORTS = {"amqp": 5672, "pyamqp": 5672, "amqps": 5671, "redis": 6379, "rediss": 6379}


def message(
    integration: Integration,
    name: str,
    action: str,
    system: str,
    destination: str | None,
    resource: str,
    headers: Any,
    type: str | None = None,
) -> Message:
    """The description of a message; its headers take or give the trace context where the option allows it."""
    carried = headers if integration.values["distributed_tracing"] else None
    return Message(name, action, system, destination, resource, carried, type)


def broker(url: Any) -> dict[str, Any]:
    """The server that a broker's URL names; of several, the first. Those within the process have none."""
    first = (url[0] if isinstance(url, (list, tuple)) and url else url) or ""
    address = str(first).partition(";")[0]
    host, port, _ = url_parts(address)
    if not host:
        return {}
    return {"server.address": host, "server.port": port or _PORTS.get(address.partition(":")[0])}


def told(prefix: str, facts: dict[str, Any]) -> dict[str, Any]:
    """The facts as attributes, without those that say nothing."""
    return {prefix + name: value for name, value in facts.items() if value not in (None, "", [], (), [None, None])}
