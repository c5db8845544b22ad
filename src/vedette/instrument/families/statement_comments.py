"""Comments that tell the monitoring of a database which service, and which trace, a statement came from.

They follow the setting `dbm_propagation_mode`: off by default; `service` names the service, `full` also the span. Spans
and protection keep the statement as it was given. Left alone: procedures that are called by name, statements whose
driver looks at how they begin (MySQL's `executemany` recognises what it can send at once), those of other systems.
"""

from __future__ import annotations

import sys

from vedette import _native

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from vedette._native import Call, Span
    from vedette.operations import Query

    Place = Callable[[Call, str, str], bool]

_READERS = frozenset(("postgresql", "mysql", "mariadb"))
"""Systems whose monitoring reads them."""
_MOST_KNOWN = 1000
KEYWORDS = ("query", "operation", "sql", "statement", "procname", "procedure", "stmt")
"""What drivers call the first argument of `execute`."""


def placing(system: str, batch: bool) -> Place | None:
    """How comments get into statements of a kind; None where they must not."""
    return prepend if system in _READERS and (system == "postgresql" or not batch) else None


def prepend(call: Call, constant: str, trace: str) -> bool:
    """Puts a comment before the statement of a call. True if it names the trace.

    Where the driver is asked to prepare the statement, the text must stay the same from call to call.
    """
    args, kwargs = call.args, call.kwargs
    if kwargs.get("prepare"):
        trace = ""
    text = f"/*{constant}{trace}*/ "
    if len(args) > 1:
        commented = _before(text, args[1])
        if commented is not None:
            call.args = (args[0], commented, *args[2:])
            return bool(trace)
    else:
        for keyword in KEYWORDS:
            commented = _before(text, kwargs.get(keyword))
            if commented is not None:
                call.kwargs = {**kwargs, keyword: commented}
                return bool(trace)
    return False


def unless_prepared(is_prepared: Callable[[Any], bool], place: Place) -> Place:
    """For drivers some of whose cursors prepare whatever they are given: those get no comments."""
    return lambda call, constant, trace: not is_prepared(call.args[0]) and place(call, constant, trace)


def _before(comment: str, statement: Any) -> Any:
    """The statement with the comment; None for what is no statement that we know."""
    if isinstance(statement, str):
        return comment + statement
    if isinstance(statement, (bytes, bytearray)):
        return comment.encode() + bytes(statement)
    modules = (sys.modules.get(cls.__module__) for cls in type(statement).__mro__)
    composable = next((module for module in modules if hasattr(module, "Composable")), None)
    return composable.SQL(comment) + statement if composable else None  # psycopg's add up


class Comments:
    """Listens to `Query`, after protection."""

    def __init__(self, mode: str, service: str | None, environment: str | None, version: str | None) -> None:
        from urllib.parse import quote  # not before somebody wants comments

        self._quote = quote
        self._service = service
        self._application = {"dde": environment, "ddps": service, "ddpv": version}
        self._full = mode == "full"
        self._known: dict[tuple[Any, ...], str] = {}

    def before(self, call: Call) -> None:
        """Puts the comment in."""
        query: Query = call.operation
        span = call.span
        if query.comment is None or span is None:
            return
        facts = query.server or {}
        key = (span.service or self._service, facts.get("server.address"), facts.get("db.namespace"))
        constant = self._known.get(key) or self._constant(*key)
        trace = f",traceparent='{_traceparent(span)}'" if self._full else ""
        if query.comment(call, constant, trace):
            span.set_attribute("_dd.dbm_trace_injected", "true")

    def _constant(self, service: str | None, host: str | None, database: str | None) -> str:
        """What is the same for all statements on a connection: keys in order, values safe in any statement.

        The percent signs of quoted characters are doubled, since drivers take them for places of parameters.
        """
        named = {"dddb": database, "dddbs": service, "ddh": host, **self._application}
        quoted = {key: self._quote(str(value)).replace("%", "%%") for key, value in named.items() if value}
        made = ",".join(f"{key}='{quoted[key]}'" for key in sorted(quoted))
        if len(self._known) < _MOST_KNOWN:
            self._known[service, host, database] = made
        return made

    def learned(self, operation: Any, what: str) -> None:
        """Nothing more is learned of statements."""

    def after(self, call: Call) -> None:
        """It ran."""

    def failed(self, call: Call, error: BaseException) -> bool:
        """It failed, by the driver's own error."""
        return False


def _traceparent(span: Span) -> str:
    """The span's place, as W3C Trace Context writes it. What is sampled is decided by now."""
    if span.sampling_priority is None:
        _native.inject({}, span)
    return f"00-{span.trace_id:032x}-{span.span_id:016x}-{'01' if (span.sampling_priority or 0) > 0 else '00'}"
