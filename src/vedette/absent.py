"""The public API where the native module can't be loaded: everything can be called, nothing is traced.

A wheel for another platform, a C library that is too old, a copy that was never built: the application must run all
the same, and nobody should have to ask first whether tracing is there.
"""

from __future__ import annotations

import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, MutableMapping
    from types import ModuleType
    from typing import Any, TypeVar

    Function = TypeVar("Function", bound=Callable[..., Any])

_TOLD = "_VEDETTE_ABSENCE_TOLD"


def tell(error: BaseException) -> None:
    """Says once on standard error why nothing is traced: to this process, what it becomes, and its children."""
    if os.environ.get(_TOLD):
        return
    os.environ[_TOLD] = "1"
    python = "{} {}.{}".format(sys.implementation.name, *sys.version_info[:2])
    text = f"vedette: nothing is traced, the native module can't be loaded for {python} ({sys.executable}): {error}\n"
    try:  # noqa: SIM105  (contextlib would be one more import)
        sys.stderr.write(text)
    except Exception:  # standard error may be closed or None, and then nobody can be told
        pass


class Span:
    """Stands for a span; takes everything and keeps nothing. As a decorator it leaves the function as it is."""

    __slots__ = ("__weakref__", "error", "name", "resource", "service", "type")

    trace_id = span_id = parent_id = 0
    parent = kind = sampling_priority = None
    recording = False
    tracestate = ""

    def __init__(
        self, name: str = "", resource: str | None = None, service: str | None = None, type: str | None = None
    ) -> None:
        self.name = name
        self.resource = resource or name
        self.service = service
        self.type = type
        self.error = False

    @property
    def attributes(self) -> dict[str, Any]:
        """Always empty."""
        return {}

    @property
    def baggage(self) -> dict[str, str]:
        """Always empty."""
        return {}

    def set_attribute(self, name: str, value: object) -> None:
        """Does nothing."""

    def set_attributes(self, attributes: dict[str, Any]) -> None:
        """Does nothing."""

    def set_error(self, error: object) -> None:
        """Does nothing."""

    def set_error_message(self, message: str) -> None:
        """Does nothing."""

    def add_event(self, name: str, attributes: dict[str, Any] | None = None, time: int | None = None) -> None:
        """Does nothing."""

    def add_link(self, target: object, attributes: dict[str, Any] | None = None) -> None:
        """Does nothing."""

    def add_structure(self, name: str, packed: bytes) -> None:
        """Does nothing."""

    def set_structure(self, name: str, data: object) -> None:
        """Does nothing."""

    def keep(self) -> None:
        """Does nothing."""

    def keep_for_security(self) -> None:
        """Does nothing."""

    def discard(self) -> None:
        """Does nothing."""

    def set_baggage(self, key: str, value: str | None) -> None:
        """Does nothing."""

    def clear_baggage(self) -> None:
        """Does nothing."""

    def finish(self, end: int | None = None) -> None:
        """Does nothing."""

    def activate(self) -> None:
        """Does nothing."""

    def deactivate(self) -> None:
        """Does nothing."""

    def __enter__(self) -> Span:
        return self

    def __exit__(self, *error: object) -> None:
        return None

    def __call__(self, function: Function) -> Function:
        return function


class Context:
    """Stands for what headers say of a trace: nothing."""

    __slots__ = ()

    trace_id = span_id = sampling_priority = origin = None

    @property
    def baggage(self) -> dict[str, str]:
        """Always empty."""
        return {}


class Tracer:
    """Stands for the tracer."""

    __slots__ = ()

    @staticmethod
    def span(
        name: str,
        resource: str | None = None,
        service: str | None = None,
        type: str | None = None,
        kind: str | None = None,
        parent: object = None,
        attributes: dict[str, Any] | None = None,
        start: int | None = None,
    ) -> Span:
        """A span that goes nowhere."""
        return Span(name, resource, service, type)

    def flush(self, timeout: float = 1.0) -> bool:
        """True: there is nothing to send."""
        return True

    def current_span(self) -> Span | None:
        """None."""
        return None

    def current_root_span(self) -> Span | None:
        """None."""
        return None


def start(*, instrument: bool = True, in_memory: bool = False, **options: object) -> None:
    """Starts nothing."""


def stop() -> None:
    """Stops nothing."""


def instrument(name: str) -> None:
    """Instruments nothing."""


def instrument_asgi(application: Function) -> Function:
    """The application itself."""
    return application


def instrument_dbapi(module: ModuleType, system: str | None = None) -> None:
    """Instruments nothing."""


def instrument_wsgi(application: Function) -> Function:
    """The application itself."""
    return application


def current_span() -> Span | None:
    """None."""
    return None


def current_root_span() -> Span | None:
    """None."""
    return None


def extract(headers: Mapping[str, str] | list[tuple[bytes, bytes]]) -> Context:
    """An empty context."""
    return Context()


def inject(headers: MutableMapping[str, str], span: Span | None = None) -> None:
    """Writes nothing."""


tracer = Tracer()
