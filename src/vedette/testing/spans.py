"""Spans as a test looks at them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from vedette import _native
from vedette._native import obfuscated_statement


class Recorded(NamedTuple):
    """One finished span."""

    name: str
    """The operation, such as `flask.request`."""
    resource: str
    """What it was about: `GET /users/<id>`, a statement."""
    service: str
    type: str
    kind: str
    attributes: dict[str, Any]
    """By their OpenTelemetry names."""
    error: bool
    failure: tuple[str, ...]
    """Class and message of the exception; empty texts if there was none."""
    events: tuple[tuple[str, dict[str, Any]], ...]
    seconds: float
    span_id: int
    parent_id: int
    trace_id: int
    findings: str
    """What protection found, as JSON text; empty if it found nothing."""

    @property
    def is_query(self) -> bool:
        """Whether it is a statement or command to a datastore."""
        return "db.system.name" in self.attributes and self.kind == "client"

    @property
    def statement(self) -> str:
        """The statement without its values."""
        return obfuscated_statement(self.resource)


class Spans:
    """The spans that finished since the test began. Look at it as often as you like: it is brought up to date."""

    def __init__(self) -> None:
        _native.take()
        self._seen: list[Recorded] = []

    def all(self) -> list[Recorded]:
        """All of them, in the order of their beginning."""
        taken = [(chunk["trace_id"], span) for chunk in _native.take() for span in chunk["spans"]]
        self._seen += [_recorded(trace_id, span) for trace_id, span in sorted(taken, key=lambda each: each[1]["start"])]
        return list(self._seen)

    def __iter__(self) -> Iterator[Recorded]:
        return iter(self.all())

    def __len__(self) -> int:
        return len(self.all())

    def named(self, name: str) -> list[Recorded]:
        """Those of that operation."""
        return [span for span in self.all() if span.name == name]

    def one(self, name: str) -> Recorded:
        """The only one of that operation. Raises AssertionError, with all that there are, if there are none or more."""
        found = self.named(name)
        assert len(found) == 1, f"{len(found)} spans are named {name!r}:\n{self.tree()}"
        return found[0]

    @property
    def queries(self) -> list[Recorded]:
        """Statements and commands to datastores."""
        return [span for span in self.all() if span.is_query]

    def tree(self) -> str:
        """All of them as indented text: name, resource, errors."""
        spans = self.all()
        known = {span.span_id for span in spans}
        roots = [span for span in spans if span.parent_id not in known]
        return "\n".join(line for root in roots for line in _branch(root, spans, 0))


def _branch(span: Recorded, spans: list[Recorded], depth: int) -> Iterator[str]:
    resource = "" if span.resource in ("", span.name) else f"  {span.resource}"
    failure = f"  !{span.failure[0]}" if span.failure[0] else "  !" if span.error else ""
    yield "  " * depth + span.name + resource + failure
    for child in spans:
        if child.parent_id == span.span_id:
            yield from _branch(child, spans, depth + 1)


def _recorded(trace_id: int, span: dict[str, Any]) -> Recorded:
    texts = {name: span[name] for name in ("name", "resource", "service", "type", "kind")}
    failure: tuple[str, ...] = span.get("failure", ("", ""))
    return Recorded(
        **texts,
        attributes=span["attributes"],
        error=span["error"],
        failure=failure[:2],
        events=tuple(span.get("events", ())),
        seconds=span["duration"] / 1e9,
        span_id=span["span_id"],
        parent_id=span["parent_id"],
        trace_id=trace_id,
        findings=span.get("structures", {}).get("appsec", ""),
    )
