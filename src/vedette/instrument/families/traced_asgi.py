"""Any ASGI application, in a place of its own that can be hooked: `vedette.instrument_asgi`, and servers."""

from __future__ import annotations

from inspect import isclass, iscoroutinefunction

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from typing import Any

    Receive = Callable[[], Awaitable[dict[str, Any]]]
    Send = Callable[[dict[str, Any]], Awaitable[None]]


class Traced:
    """Stands for an ASGI 3 application; the integration `asgi` describes its requests. Else it is like it."""

    __slots__ = ("__weakref__", "application")

    def __init__(self, application: Any) -> None:
        self.application = application

    async def __call__(self, scope: dict[str, Any], receive: Receive, send: Send) -> None:
        await self.application(scope, receive, send)

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.application,)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.application, name)


class TracedTwice(Traced):
    """Stands for an ASGI 2 application, which is called with the scope alone, and makes what is called again."""

    __slots__ = ()

    def __call__(self, scope: dict[str, Any]) -> Callable[[Receive, Send], Awaitable[None]]:  # type: ignore[override]
        instance = self.application(scope)

        async def run(receive: Receive, send: Send) -> None:
            await Traced(lambda _, *both: instance(*both))(scope, receive, send)

        return run


def traced(application: Any) -> Any:
    """The application, traced; what is no application stays as it is."""
    if isinstance(application, Traced) or not callable(application):
        return application
    return (TracedTwice if is_double(application) else Traced)(application)


def is_double(application: Any) -> bool:
    """Whether an application is called twice (ASGI 2), as far as it can be told: as asgiref tells it."""
    if getattr(application, "_asgi_single_callable", False):
        return False
    if getattr(application, "_asgi_double_callable", False) or isclass(application):
        return True
    function = getattr(application, "func", application)  # a partial's
    call = function if iscoroutinefunction(function) else getattr(function, "__call__", None)  # noqa: B004
    return not iscoroutinefunction(call)
