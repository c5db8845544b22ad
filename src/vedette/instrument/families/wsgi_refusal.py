"""Answering in a WSGI application's place: before it is called, when it begins its response, and while that is sent."""

from __future__ import annotations

from vedette.instrument.families.exchange import aborted, is_refused
from vedette.operations import IncomingRequest

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from typing import Any

    from vedette.operations import Answer
    from vedette.operations.response_body import ResponseBody

    StartResponse = Callable[..., Any]

_REASONS = {302: "Found", 303: "See Other", 403: "Forbidden"}


def refusing(operation: IncomingRequest, start_response: StartResponse) -> Callable[..., Iterable[bytes]]:
    """Answers in the application's place."""

    def refused(*_: Any) -> Iterable[bytes]:
        refusal = operation.refusal
        if refusal is None:
            return []
        if operation.begun:
            return _aborting()
        if not _starts(start_response, refusal, operation.response_headers is not None):
            return _aborting()  # some of the application's response is out already
        operation.status = refusal.status
        operation.begun = True
        return [b"" if operation.method == "HEAD" else refusal.body]

    return refused


def _starts(start_response: StartResponse, answer: Answer, again: bool) -> bool:
    """Begins a response, perhaps in place of another one that was begun; False if that is too late.

    Headers that are not sent yet are replaced if there is an exc_info (PEP 3333); Werkzeug's test client, which
    collects them, raises that instead, and takes others without.
    """
    error = aborted()
    status = f"{answer.status} {_REASONS.get(answer.status, 'Blocked')}"
    for more in (((type(error), error, None),), ()) if again else ((),):
        try:
            start_response(status, list(answer.headers), *more)
        except Exception:
            continue
        return True
    return False


def _aborting() -> Iterator[bytes]:
    """A response that the server has to break off."""
    return iter(_abort, b"")


def _abort() -> bytes:
    raise aborted()


class Guarded:
    """A response's iterable that protection may stop: by another response, or once it began by breaking it off."""

    __slots__ = ("_answer", "_iterator", "_kept", "_operation", "_source")

    def __init__(self, operation: IncomingRequest, source: Iterable[bytes]) -> None:
        self._operation = operation
        self._source = source
        self._iterator = iter(source)
        self._answer: Iterator[bytes] | None = None
        self._kept: list[bytes] = []
        """Pieces that follow at once: they were held back until the body was seen."""

    def __iter__(self) -> Guarded:
        return self

    def __next__(self) -> bytes:
        if self._answer is not None:
            return self._rest(self._answer)
        operation = self._operation
        if self._kept:
            return self._kept.pop(0)
        try:
            piece: bytes = next(self._iterator)
            if operation.response_body is not None:
                self._collect(operation.response_body, piece)
        except BaseException as error:
            if operation.refusal is None or not is_refused(error):
                raise
        else:
            if operation.refusal is None:
                operation.begun = operation.begun or bool(piece)
                return piece
        self._answer = iter(operation.refused() if operation.refused else ())
        return self._rest(self._answer)

    def _collect(self, body: ResponseBody, piece: bytes) -> None:
        """One more piece of the body; all of them where it decides whether any goes out. Raises a refusal."""
        body.add(piece)
        if self._operation.begun:
            return
        while body.can_wait:
            more = next(self._iterator, None)
            if more is None:
                break
            body.add(more)
            self._kept.append(more)
        if body.complete:
            self._operation.responding()

    @staticmethod
    def _rest(answer: Iterator[bytes]) -> bytes:
        return next(answer)

    def close(self) -> None:
        """As of the source."""
        close = getattr(self._source, "close", None)
        if close is not None:
            close()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._source, name)
