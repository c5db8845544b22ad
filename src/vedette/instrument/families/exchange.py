"""One ASGI request and its response: what goes through `receive` and `send`, looked at on its way.

Nothing here may fail on the application's account: what can't be looked at is passed on all the same.
"""

from __future__ import annotations

from contextlib import suppress

from vedette.instrument.families.body import Collected, wants_body
from vedette.instrument.families.pair_headers import PairHeaders
from vedette.operations import Refusal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from typing import Any

    from vedette._native import Call
    from vedette.operations import Answer, IncomingRequest

    Message = dict[str, Any]
    Receive = Callable[[], Awaitable[Message]]
    Send = Callable[[Message], Awaitable[None]]

_LAST = ("http.response.body", "http.response.pathsend", "http.response.zerocopysend")


class Exchange:
    """Stands between the server and the application, for one request."""

    __slots__ = ("_answered", "_call", "_collected", "_held", "_operation", "_receive", "_send")

    def __init__(self, call: Call, operation: IncomingRequest, receive: Receive, send: Send) -> None:
        self._call = call
        self._operation = operation
        self._receive = receive
        self._send = send
        self._answered = False
        self._collected: Collected | None = None
        self._held: list[Message] = []
        """The response's beginning, where its body decides whether it goes out."""

    def tapped(self) -> Receive:
        """The application's `receive`; the server's own where nobody wants to see the body."""
        operation = self._operation
        if not operation.listeners or not wants_body(operation):
            return self._receive
        self._collected = operation.body = Collected(operation)
        return self.receive

    async def receive(self) -> Message:
        """The application's `receive`: shows the body to the protection, piece by piece. Raises its refusal."""
        message = await self._receive()
        try:
            self._received(message)
        except Exception as error:
            self._call.contain(error)
        return message

    def _received(self, message: Message) -> None:
        collected = self._collected
        if collected is not None and message.get("type") == "http.request":
            collected.add(message.get("body") or b"")
            if not message.get("more_body"):
                collected.complete()

    async def send(self, message: Message) -> None:
        """The application's `send`: notes status and end. After a refusal nothing more is passed on."""
        try:
            if message.get("type") == "http.response.start":
                self._starting(message)
            if self._operation.response_body is not None and self._is_held(message):
                self._held.append(message)
                return
        except Exception as error:
            self._call.contain(error)
        if self._operation.refusal is not None:
            if self._operation.begun and not self._answered:
                raise aborted()
            await self.refused()
            return
        if self._held:
            await self._release()
        await self._send(message)
        self._sent(message)

    async def _release(self) -> None:
        """What was held back goes out."""
        held, self._held = self._held, []
        for message in held:
            await self._send(message)
            self._sent(message)

    def _is_held(self, message: Message) -> bool:
        """Whether a message waits for the rest of the body; with the last one listeners are told of it."""
        operation = self._operation
        body = operation.response_body
        if body is None or operation.refusal is not None:
            return False
        body.add(message.get("body"))
        if operation.begun or (body.can_wait and not _is_last(message)):
            return not operation.begun
        if body.complete or _is_last(message):
            with suppress(Refusal):
                operation.responding()
        return False

    def _starting(self, message: Message) -> None:
        operation = self._operation
        if operation.route is None and operation.prefix:
            operation.matched(operation.prefix)  # an application behind a mount that has no routes
        status, headers = message.get("status"), message.get("headers")
        operation.status = status if isinstance(status, int) else None
        operation.response_headers = PairHeaders(headers) if isinstance(headers, (list, tuple)) else None
        if operation.listeners and operation.refusal is None:
            self._tell_response()

    def _tell_response(self) -> None:
        """The last moment for another answer; the refusal itself goes to nobody."""
        try:
            if self._collected is not None:
                self._collected.complete()
            self._operation.learned("response")
        except Refusal:
            pass

    def _sent(self, message: Message) -> None:
        operation = self._operation
        operation.begun = True
        try:
            if _is_last(message) and (operation.status or 0) < 500:
                # The response is complete: what the application still does (background tasks) is not the client's wait.
                # A failed one stays open, since the exception itself comes only after the error page.
                self._call.close()
        except Exception as error:
            self._call.contain(error)

    def guarded(self, application: Any) -> Any:
        """The application, answered for if the request is refused: by an exception, or by one that was swallowed."""

        async def guarded(*args: Any) -> None:
            try:
                await application(*args)
            except BaseException as error:
                if self._operation.refusal is None or not is_refused(error):
                    raise
                if self._operation.begun and not self._answered:
                    raise aborted() from None
            if self._operation.refusal is not None:
                await self.refused()
            else:
                await self._release()  # less came than was announced

        return guarded

    async def refused(self, *_: Any) -> None:
        """Answers in the application's place."""
        operation = self._operation
        refusal = operation.refusal
        if refusal is None or operation.begun:
            return
        operation.begun = self._answered = True
        operation.status = refusal.status
        for message in response_of(refusal, "http.response", operation.method == "HEAD"):
            await self._send(message)


def _is_last(message: Message) -> bool:
    return message.get("type") in _LAST and not message.get("more_body")


def response_of(answer: Answer, prefix: str, without_body: bool) -> tuple[Message, Message]:
    """The two messages of a complete response."""
    headers = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in answer.headers]
    body = b"" if without_body else answer.body
    return (
        {"type": f"{prefix}.start", "status": answer.status, "headers": headers},
        {"type": f"{prefix}.body", "body": body, "more_body": False},
    )


def is_refused(error: BaseException) -> bool:
    """Whether an exception is what became of a refusal. Interrupts and cancellations are never swallowed for it."""
    return isinstance(error, (Exception, Refusal)) or type(error).__name__ == "BaseExceptionGroup"


def aborted() -> ConnectionResetError:
    """What the server gets when a refusal comes after the response began: it ends the connection, and goes on.

    Servers are not prepared for exceptions that are no `Exception`, as a refusal is.
    """
    from errno import ECONNRESET  # needed only here, and rarely

    return ConnectionResetError(ECONNRESET, "stopped by vedette's protection")
