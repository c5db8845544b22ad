"""Sockets: where requests to other services go, once hosts are resolved and redirects followed. No spans."""

from __future__ import annotations

from vedette.instrument import Call, Integration, Setup, enclosing
from vedette.instrument.families import audit
from vedette.operations import Connection, IncomingRequest

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from vedette.instrument.installed import Installed


def connecting(call: Call) -> Connection | None:
    """A connection over IP, on behalf of a request."""
    address = call.args[1]
    if type(address) is not tuple or not Connection.listeners or enclosing(IncomingRequest) is None:
        return None
    host, port = address[:2]
    return Connection(host, port) if isinstance(host, str) else None


def install(installed: Installed) -> Callable[[], None]:
    """Listens to the interpreter's own events: also what is written in C connects in sight of it."""
    return audit.listen(installed, Connection, {"socket.connect": connecting})


integration = Integration(
    "socket",
    title="socket",
    modules=["socket"],
    docs="https://docs.python.org/3/library/audit_events.html",
    protection=["ssrf"],
    hooks=[Setup("socket", install)],
    notes="No spans. By audit events (PEP 578): for requests to hosts that turn out to be inside.",
)
