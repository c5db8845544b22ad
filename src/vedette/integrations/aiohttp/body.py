"""Bodies of requests, looked at while the application reads them from their stream."""

from __future__ import annotations

from vedette.instrument import Call, enclosing, while_heard
from vedette.instrument.families import generator_coroutines
from vedette.operations import IncomingRequest

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from vedette.instrument.families.body import Collected


@while_heard(IncomingRequest)
def read(call: Call) -> None:
    """A piece of a body is read: of the request, if it is that one."""
    body = _body_of(call.instance)
    if body is None:
        return
    function = call.target

    def shown(*args: Any) -> bytes:
        piece: bytes = function(*args)
        try:
            body.add(piece)
        except Exception as error:
            call.contain(error)
        return piece

    call.target = shown


@while_heard(IncomingRequest)
def read_to_the_end(call: Call) -> None:
    """All that is there is read: perhaps the end of the body."""
    stream = call.instance
    body = _body_of(stream)
    if body is None:
        return
    function = call.target

    def shown(*args: Any) -> bytes:
        piece: bytes = function(*args)
        if stream.at_eof():
            try:
                body.complete()
            except Exception as error:
                call.contain(error)
        return piece

    call.target = shown


def _body_of(stream: Any) -> Collected | None:
    """What is collected of the request under way, if `stream` is its body."""
    operation = enclosing(IncomingRequest)
    body: Collected | None = operation.body if operation is not None else None
    return body if body is not None and body.source is stream else None


def form_asked(call: Call) -> None:
    """The application wants a form: its parts are read in lines."""
    operation = enclosing(IncomingRequest)
    if operation is not None and operation.body is not None:
        call.target = call.target  # said explicitly: the result is wanted
        generator_coroutines.show(call, form_read)


def form_read(call: Call, _: object) -> None:
    """It is there."""
    operation = enclosing(IncomingRequest)
    if operation is not None and operation.body is not None:
        operation.body.complete()
