"""Exploits: what a request's input changed the structure of (a statement, a URL, a path, a command) does not happen."""

from __future__ import annotations

from vedette._native import enclosing
from vedette.operations import Command, FileAccess, IncomingRequest, OutgoingRequest, Query, Refusal
from vedette.protection.listener import Quiet

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from vedette._native import Call
    from vedette.operations import Operation
    from vedette.protection.policy import Policy
    from vedette.protection.state import RequestState

    Addresses = dict[str, Any]


def of_query(query: Query) -> Addresses | None:
    """A statement, and the kind of database that will read it."""
    if query.type != "sql" or not query.text:
        return None
    return {"server.db.system": query.system, "server.db.statement": query.text}


def of_outgoing(request: OutgoingRequest) -> Addresses | None:
    """A URL; of clients that use one another, the outermost tells it."""
    outer = enclosing(OutgoingRequest)
    if outer is not None and outer is not request and outer.url == request.url:
        return None
    return {"server.io.net.url": request.url}


def of_file(access: FileAccess) -> Addresses | None:
    """A path."""
    return {"server.io.fs.file": access.path}


def of_command(command: Command) -> Addresses | None:
    """A line for a shell, or a program with its arguments."""
    if command.line is not None:
        return {"server.sys.shell.cmd": command.line}
    return {"server.sys.exec.cmd": command.arguments}


SINKS: tuple[tuple[type[Operation], Callable[[Any], Addresses | None], str], ...] = (
    (Query, of_query, "SQL injection"),
    (OutgoingRequest, of_outgoing, "server-side request forgery"),
    (FileAccess, of_file, "path traversal"),
    (Command, of_command, "command injection"),
)


class SinkGuard(Quiet):
    """Listens to one kind of operation."""

    def __init__(self, policy: Policy, addresses_of: Callable[[Any], Addresses | None], exploit: str) -> None:
        self._policy = policy
        self._addresses_of = addresses_of
        self._exploit = exploit

    def before(self, call: Call) -> None:
        """Looks for the request's inputs in what is about to happen. Raises Refusal."""
        request = enclosing(IncomingRequest)
        state: RequestState | None = request.protection if request is not None else None
        if state is None:
            return
        try:
            addresses = self._addresses_of(call.operation)
            stopped = addresses is not None and state.inspect(addresses, at_sink=True)
        except Exception as error:
            self._policy.troubled(error)
            return
        if stopped:
            raise Refusal(self._exploit)
