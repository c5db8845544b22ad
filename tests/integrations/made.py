"""Finished spans in a form that a test can compare whole."""

from __future__ import annotations

import time
from typing import Any

from vedette import _native


class Spans:
    """Takes the finished spans. Ids and times are left out; `last` holds them as they were."""

    def __init__(self) -> None:
        self.last: list[dict[str, Any]] = []

    def __call__(self, count: int | None = None, seconds: float = 10.0) -> list[dict[str, Any]]:
        """The spans by start. With `count`, waits until there are that many (other threads may finish some)."""
        raw = _taken()
        deadline = time.monotonic() + seconds
        while count is not None and len(raw) < count and time.monotonic() < deadline:
            time.sleep(0.01)
            raw += _taken()
        self.last = sorted(raw, key=lambda span: span["start"])
        by_id = {span["span_id"]: span for span in self.last}
        return [_normal(span, by_id) for span in self.last]

    def one(self) -> dict[str, Any]:
        """The only span there is."""
        found = self()
        assert len(found) == 1, found
        return found[0]


def _taken() -> list[dict[str, Any]]:
    return [{**span, "trace_id": chunk["trace_id"]} for chunk in _native.take() for span in chunk["spans"]]


def _normal(span: dict[str, Any], by_id: dict[int, dict[str, Any]]) -> dict[str, Any]:
    """What a test compares: empty fields are left out, the parent is a name (`remote` if it is not among the spans)."""
    parent = by_id.get(span["parent_id"])
    normal = {key: span[key] for key in ("name", "resource", "service", "type", "kind", "error") if span[key]}
    if span["parent_id"]:
        normal["parent"] = parent["name"] if parent else "remote"
    if span.get("failure"):
        normal["failure"] = span["failure"][:2]
    if span.get("links"):
        normal["links"] = len(span["links"])
    if span.get("events"):
        normal["events"] = span["events"]
    if span.get("structures"):
        normal["structures"] = span["structures"]
    return {**normal, "attributes": span["attributes"]}
