"""Exploits: what a request's input changed the structure of (a statement, a URL, a path, a command) does not happen."""

from __future__ import annotations

from vedette._native import enclosing
from vedette.operations import Command, Connection, FileAccess, IncomingRequest, OutgoingRequest, Query, Refusal
from vedette.protection import addresses, fetches
from vedette.protection.listener import Quiet
from vedette.protection.outgoing_proxies import leads_to_proxy

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, Union

    from vedette._native import Call
    from vedette.operations import Operation
    from vedette.protection.policy import Policy
    from vedette.protection.state import RequestState

    Addresses = dict[str, Any]
    AddressesOf = Callable[[Any, RequestState], Union[Addresses, None]]


def of_query(query: Query, _: RequestState) -> Addresses | None:
    """A statement or a document, and the kind of database that will read it."""
    if query.document is not None:
        return {addresses.DB_SYSTEM: query.system, addresses.DB_DOCUMENT: query.document}
    if query.type != "sql" or not query.text:
        return None
    return {addresses.DB_SYSTEM: query.system, addresses.DB_STATEMENT: query.text}


def of_outgoing(request: OutgoingRequest, state: RequestState) -> Addresses | None:
    """A URL, and redirects that were answered before; of clients that use one another, the outermost tells it."""
    outer = fetches.current(but=request)
    fetches.begun(request)
    if outer is not None and outer.url.partition("#")[0] == request.url.partition("#")[0]:
        return None
    known = state.fetches = state.fetches or fetches.Fetches()
    redirects = known.redirects()
    if outer is not None:  # a different one within another follows a redirect, too
        redirects.append({"from": outer.url, "to": request.url})
    known.add(request)
    return {addresses.REDIRECT: redirects, addresses.URL: request.url}


def of_connection(connection: Connection, state: RequestState) -> Addresses | None:
    """A connection to what a URL's host turned out to be, unless it may be a proxy's, as those of other ports are."""
    request = fetches.current()
    if request is None or connection.port not in (80, 443, request.port):
        return None
    if leads_to_proxy(request.url, connection.address, connection.port):
        return None
    return {addresses.CONNECTION: {"url": request.url, "address": connection.address}}


def of_file(access: FileAccess, _: RequestState) -> Addresses | None:
    """A path."""
    return {addresses.FILE: access.path}


def of_command(command: Command, _: RequestState) -> Addresses | None:
    """A line for a shell, or a program with its arguments."""
    if command.line is not None:
        return {addresses.SHELL_COMMAND: command.line}
    return {addresses.PROGRAM: command.arguments}


SINKS: tuple[tuple[type[Operation], AddressesOf, str], ...] = (
    (Query, of_query, "injection into a query"),
    (OutgoingRequest, of_outgoing, "server-side request forgery"),
    (Connection, of_connection, "server-side request forgery"),
    (FileAccess, of_file, "path traversal"),
    (Command, of_command, "command injection"),
)


class SinkGuard(Quiet):
    """Listens to one kind of operation."""

    def __init__(self, policy: Policy, addresses_of: AddressesOf, exploit: str) -> None:
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
            addresses = self._addresses_of(call.operation, state)
            stopped = addresses is not None and state.inspect(addresses, at_sink=True)
        except Exception as error:
            self._policy.troubled(error)
            return
        if stopped:
            raise Refusal(self._exploit)

    def after(self, call: Call) -> None:
        """It has happened."""
        over(call)

    def failed(self, call: Call, error: BaseException) -> bool:
        """It raised."""
        over(call)
        return False


def over(call: Call) -> None:
    """A request to another service is no longer under way."""
    if type(call.operation) is OutgoingRequest:
        fetches.over(call.operation)
