"""Loggers: which trace, span and service a log record belongs to, under the names that Datadog gives them.

`dd.trace_id` is 32 hexadecimal digits, or decimal for an id of 64 bits; `dd.span_id` is decimal; both are `0` where no
span is active. Whatever the application put there under these names stays.
"""

from __future__ import annotations

from vedette._native import current_span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Container, MutableMapping
    from typing import Any, Protocol

    class Settings(Protocol):
        """What is read of the settings, at each record: `logs_injection` may change at run time."""

        logs_injection: bool
        env: str | None
        version: str | None


_WIDE = 1 << 64
_NOTHING = {"dd.trace_id": "0", "dd.span_id": "0"}
_settings: Settings | None = None
_process: dict[str, str] = {}
_begun = False


def configure(settings: Settings | None, service: str = "") -> None:
    """Says who this process is, and whether records are to be correlated; None: nobody any more."""
    global _settings, _begun
    _settings, _begun = settings, False
    if settings is not None:
        _process.update({"dd.service": service, "dd.version": settings.version or "", "dd.env": settings.env or ""})


def fields() -> dict[str, str]:
    """The fields for a record made now; none where correlation is off.

    Switched off at run time, it goes on without ids: formats that name the fields must not begin to fail.
    """
    global _begun
    on = _settings is not None and _settings.logs_injection
    if not (on or _begun):
        return {}
    _begun = True
    span = current_span() if on else None
    if span is None:
        return {**_NOTHING, **_process}
    trace = span.trace_id
    shown = f"{trace:032x}" if trace >= _WIDE else str(trace)
    return {"dd.trace_id": shown, "dd.span_id": str(span.span_id), **_process}


def add(record: MutableMapping[str, Any], but: Container[str] = ()) -> None:
    """Adds the fields to a record that has room for them, except those that it or `but` has."""
    for name, value in fields().items():
        if name not in record and name not in but:
            record[name] = value
