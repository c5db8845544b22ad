"""Requests to other services on behalf of a request: which one is under way here, and where others were redirected to.

What is under way belongs to a task or thread: several may fetch at once for the same request.
"""

from __future__ import annotations

from contextvars import ContextVar

from vedette._native import enclosing
from vedette.operations import IncomingRequest, OutgoingRequest

TYPE_CHECKING = False
if TYPE_CHECKING:
    Redirect = dict[str, str]

_MOST = 32
"""Requests whose answers are waited for at the same time."""


class _UnderWay:
    """A request that has no span, which would lead to it."""

    __slots__ = ("on_behalf_of", "outer", "request")

    def __init__(self, request: OutgoingRequest, outer: _UnderWay | None) -> None:
        self.request = request
        self.on_behalf_of = enclosing(IncomingRequest)
        self.outer = outer


_under_way: ContextVar[_UnderWay | None] = ContextVar("vedette_fetch_under_way", default=None)


def begun(request: OutgoingRequest) -> None:
    """Notes that a request is under way in this task or thread, if its span does not tell."""
    if request.name is None:
        _under_way.set(_UnderWay(request, _under_way.get()))


def over(request: OutgoingRequest) -> None:
    """It is not any more."""
    known = _under_way.get() if request.name is None else None
    if known is not None and known.request is request:
        _under_way.set(known.outer)


def current(but: OutgoingRequest | None = None) -> OutgoingRequest | None:
    """The request under way here, other than `but`; of clients that use one another the innermost with a span."""
    spanned = enclosing(OutgoingRequest)
    if spanned is not None and spanned is not but:
        return spanned
    known = _under_way.get()
    # One that is another request's was left open: its end came in another context.
    return known.request if known is not None and known.on_behalf_of is enclosing(IncomingRequest) else None


class Fetches:
    """The requests to other services made for one request."""

    __slots__ = ("_waiting",)

    def __init__(self) -> None:
        self._waiting: list[OutgoingRequest] = []

    def add(self, request: OutgoingRequest) -> None:
        """One more; its answer may be a redirect."""
        if len(self._waiting) < _MOST:
            self._waiting.append(request)

    def redirects(self) -> list[Redirect]:
        """Where answers since the last call lead: `from` a URL `to` another."""
        waiting, self._waiting = self._waiting, []
        self._waiting += [request for request in waiting if request.status is None]
        return [told for told in map(_redirect, waiting) if told is not None]


def _redirect(request: OutgoingRequest) -> Redirect | None:
    if request.status is None or not 300 <= request.status < 400 or request.response_headers is None:
        return None
    location = request.response_headers.get("location")
    return {"from": request.url, "to": location} if location else None
