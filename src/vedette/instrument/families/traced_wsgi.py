"""Any WSGI application, in a place of its own that can be hooked: `vedette.instrument_wsgi`, and servers."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import Any

    Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


class Traced:
    """Stands for a WSGI application; the integration `wsgi` describes its requests. Else it is as the application."""

    __slots__ = ("__weakref__", "application")

    def __init__(self, application: Application) -> None:
        self.application = application

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        return self.run(environ, start_response)

    def run(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        """The application itself."""
        return self.application(environ, start_response)

    def __reduce__(self) -> tuple[Any, ...]:
        return Traced, (self.application,)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.application, name)


def traced(application: Any) -> Any:
    """The application, traced; what is no application stays as it is."""
    return Traced(application) if callable(application) and not isinstance(application, Traced) else application
