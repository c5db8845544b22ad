"""What the routers of all web frameworks have in common: they name the request under way, once."""

from __future__ import annotations

from vedette._native import enclosing
from vedette.operations import IncomingRequest

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from vedette._native import Call


def unrouted() -> IncomingRequest | None:
    """The request under way, unless a router has found its handler already."""
    operation = enclosing(IncomingRequest)
    return operation if operation is not None and operation.route is None else None


def result_wanted(call: Call) -> None:
    """A describer for a router's function: what it returns is looked at."""
    call.target = call.target  # said explicitly: the call is to be watched, though nothing is told of it


def failing(position: int, name: str = "") -> Callable[[Call], None]:
    """A describer for a framework's function that makes an error page of the exception in that argument."""

    def handled(call: Call) -> None:
        operation = enclosing(IncomingRequest)
        error = call.arg(position, name)
        if operation is not None and isinstance(error, BaseException):
            operation.failed(error)

    return handled
