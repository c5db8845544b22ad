"""Spans beside those of an earlier run, in a file that belongs to the test."""

from __future__ import annotations

import json
import re
from collections.abc import Collection
from pathlib import Path
from typing import Any

from vedette.testing.spans import Recorded, Spans

VOLATILE = ("server.port", "network.peer.port", "client.port", "process.pid", "thread.id")
"""Attributes that no two runs have in common."""


class Snapshot:
    """The snapshots of one test."""

    def __init__(self, folder: Path, test: str, update: bool) -> None:
        self._folder = folder
        self._test = re.sub(r"[^\w.-]+", "_", test).strip("_")
        self._update = update

    def matches(self, spans: Spans, name: str = "", ignore: Collection[str] = ()) -> None:
        """Raises AssertionError if the spans are not those of the file; writes it if there is none, or if asked to.

        Ids, times and volatile attributes are left out, and the attributes in `ignore`. `name` tells several snapshots
        of one test apart.
        """
        file = self._folder / f"{self._test}{'-' if name else ''}{name}.json"
        told = [_normal(span, spans.all(), {*VOLATILE, *ignore}) for span in spans]
        if self._update or not file.exists():
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(json.dumps(told, indent=1, sort_keys=True, default=str) + "\n", encoding="utf-8")
            return
        expected = json.loads(file.read_text(encoding="utf-8"))
        now = json.loads(json.dumps(told, default=str))
        assert now == expected, f"spans are not those of {file}; --vedette-update writes it anew\n{spans.tree()}"


def _normal(span: Recorded, spans: list[Recorded], left_out: Collection[str]) -> dict[str, Any]:
    parent = next((other for other in spans if other.span_id == span.parent_id), None)
    return {
        "name": span.name,
        "resource": span.resource,
        "service": span.service,
        "type": span.type,
        "kind": span.kind,
        "error": span.error,
        "failure": list(span.failure),
        "parent": parent.name if parent else "",
        "attributes": {key: value for key, value in span.attributes.items() if _is_of_the_work(key, left_out)},
    }


def _is_of_the_work(attribute: str, left_out: Collection[str]) -> bool:
    return attribute not in left_out and not attribute.startswith("_dd.")  # those are the tracer's own figures
