"""What protection found in the requests of a test."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import NamedTuple

from vedette.testing.spans import Spans


class Attack(NamedTuple):
    """One finding."""

    rule: str
    """Id of the rule or detector."""
    type: str
    """Its kind: `sql_injection`, `xss`..."""
    address: str
    """The input, such as `server.request.query`."""
    path: tuple[str, ...]
    """Where in the input."""
    value: str
    """What matched."""
    blocked: bool


class Attacks:
    """The findings since the test began."""

    def __init__(self, spans: Spans) -> None:
        self._spans = spans

    def all(self) -> list[Attack]:
        """All of them."""
        return [attack for span in self._spans if span.findings for attack in _attacks(span.findings)]

    def __iter__(self) -> Iterator[Attack]:
        return iter(self.all())

    def __len__(self) -> int:
        return len(self.all())


def _attacks(text: str) -> Iterator[Attack]:
    for trigger in json.loads(text)["triggers"]:
        rule = trigger["rule"]
        place = trigger["rule_matches"][0]["parameters"][0]
        yield Attack(
            rule["id"],
            rule["tags"].get("type", ""),
            place.get("address", ""),
            tuple(map(str, place.get("key_path", ()))),
            str(place.get("value", "")),
            bool(trigger.get("blocked")),
        )
