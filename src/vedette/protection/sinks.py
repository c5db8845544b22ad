"""Exploits: what a request's input changed the structure of (a statement, a URL, a path, a command) does not happen."""

from __future__ import annotations

import os

from vedette._native import enclosing
from vedette.operations import Command, Connection, FileAccess, IncomingRequest, OutgoingRequest, Query, Refusal
from vedette.protection import addresses
from vedette.protection.listener import Quiet

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

_PROXIES = ("http_proxy", "https_proxy", "all_proxy")
"""Variables by which HTTP clients are told of proxies, which are often inside."""


def of_query(query: Query, _: RequestState) -> Addresses | None:
    """A statement or a document, and the kind of database that will read it."""
    if query.document is not None:
        return {addresses.DB_SYSTEM: query.system, addresses.DB_DOCUMENT: query.document}
    if query.type != "sql" or not query.text:
        return None
    return {addresses.DB_SYSTEM: query.system, addresses.DB_STATEMENT: query.text}


def of_outgoing(request: OutgoingRequest, state: RequestState) -> Addresses | None:
    """A URL, and where it was redirected from; of clients that use one another, the outermost tells it."""
    outer = enclosing(OutgoingRequest)
    if outer is None or outer is request:
        outer = state.fetching[-1] if state.fetching else None
    if request.name is None:
        state.fetching.append(request)
    if outer is not None and outer.url == request.url:
        return None
    redirect = redirected(request, outer, state.asked)
    state.asked = request
    return {**redirect, addresses.URL: request.url}


def redirected(request: OutgoingRequest, outer: OutgoingRequest | None, last: OutgoingRequest | None) -> Addresses:
    """Where the request before this one was redirected to. A different one within another follows a redirect, too."""
    if last is not None and last.status is not None and 300 <= last.status < 400 and last.response_headers is not None:
        location = last.response_headers.get("location")
        if location:
            return {addresses.REDIRECT: {"from": last.url, "to": location}}
    return {} if outer is None else {addresses.REDIRECT: {"from": outer.url, "to": request.url}}


def of_connection(connection: Connection, state: RequestState) -> Addresses | None:
    """A connection to what a URL's host turned out to be, unless it may be a proxy's, as those of other ports are."""
    request = enclosing(OutgoingRequest) or (state.fetching[-1] if state.fetching else None)
    if request is None or connection.port not in (80, 443, request.port):
        return None
    if any(name.lower() in _PROXIES for name in os.environ):
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
        self._over(call.operation)

    def failed(self, call: Call, error: BaseException) -> bool:
        """It raised."""
        self._over(call.operation)
        return False

    @staticmethod
    def _over(operation: Operation) -> None:
        """A request that has no span is no longer under way."""
        if type(operation) is not OutgoingRequest or operation.name is not None:
            return
        request = enclosing(IncomingRequest)
        state: RequestState | None = request.protection if request is not None else None
        if state is not None and operation in state.fetching:
            state.fetching.remove(operation)
