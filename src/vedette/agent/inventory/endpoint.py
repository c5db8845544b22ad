"""One endpoint: everything that its requests have told so far."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, NamedTuple

from vedette.agent.inventory import shape
from vedette.agent.inventory.observation import REQUEST, RESPONSE, Observation
from vedette.agent.inventory.room import OF_ONE, Room
from vedette.agent.inventory.shape import Lesson, Shape

MINUTE = 60_000_000_000
MINUTES = 60
"""Minutes that are counted one by one."""
AUTHENTICATING = {"credentials:bearer_token", "credentials:basic_auth", "credentials:digest_auth"}
"""Classes of the header `Authorization`."""
MOST_VALUES = 30
"""Statuses, environments and kinds of authentication that are remembered of one endpoint."""


class Identity(NamedTuple):
    """Which endpoint it is."""

    service: str
    method: str
    route: str


@dataclass
class Endpoint:
    """What is known of one endpoint. Counts are of spans that arrived."""

    identity: Identity
    first_seen: int = 0
    last_seen: int = 0
    guessed: bool = False
    """Whether its route was made of paths, because no router knew them."""
    hits: int = 0
    errors: int = 0
    attacks: int = 0
    blocked: int = 0
    sampled: int = 0
    """Requests whose shapes were told."""
    envs: dict[str, int] = field(default_factory=dict)
    statuses: dict[str, int] = field(default_factory=dict)
    authentication: dict[str, int] = field(default_factory=dict)
    request_types: dict[str, int] = field(default_factory=dict)
    """Media types of requests that had a body."""
    response_types: dict[str, dict[str, int]] = field(default_factory=dict)
    """Media types of responses, by status."""
    minutes: dict[int, list[int]] = field(default_factory=dict)
    """Requests, errors and attacks by minute since the epoch."""
    request: dict[str, Shape] = field(default_factory=dict)
    """By part (`headers`, `query`, `body`, ...), of requests that were not refused."""
    responses: dict[str, dict[str, Shape]] = field(default_factory=dict)
    """By status, then by part."""
    room: Room = field(default_factory=Room)
    """What may be remembered of these shapes."""

    def learn(self, seen: Observation) -> None:
        """Adds one request."""
        self.first_seen = min(self.first_seen or seen.moment, seen.moment)
        self.last_seen = max(self.last_seen, seen.moment)
        self.guessed = seen.guessed
        self.hits += 1
        self.errors += seen.error
        self.attacks += seen.attack
        self.blocked += seen.blocked
        _add(self.envs, seen.env)
        _add(self.statuses, seen.status)
        self._count_minute(seen)
        for kind in seen.authentication:
            _add(self.authentication, kind)
        if not seen.attack and (seen.request or seen.response):
            self._learn_shapes(seen)

    def _count_minute(self, seen: Observation) -> None:
        counts = self.minutes.setdefault(seen.moment // MINUTE, [0, 0, 0])
        counts[0] += 1
        counts[1] += seen.error
        counts[2] += seen.attack
        if len(self.minutes) > MINUTES:
            del self.minutes[min(self.minutes)]

    def _learn_shapes(self, seen: Observation) -> None:
        self.sampled += 1
        if not seen.status.startswith("4"):  # a refused request says what the endpoint does not take
            _add(self.request_types, seen.request_type)
            for part, encoded in seen.request.items():
                self._learn_shape(self.request, part, encoded, seen.formats.get(f"request.{part}", {}))
        if seen.status not in self.responses and len(self.responses) >= MOST_VALUES:
            return
        _add(self.response_types.setdefault(seen.status, {}), seen.response_type)
        parts = self.responses.setdefault(seen.status, {})
        for part, encoded in seen.response.items():
            self._learn_shape(parts, part, encoded, seen.formats.get(f"response.{part}", {}))

    def _learn_shape(self, parts: dict[str, Shape], part: str, encoded: Any, formats: dict[str, str]) -> None:
        shape.learn(parts.setdefault(part, Shape()), encoded, Lesson(formats, self.room))

    def classes(self) -> dict[str, set[str]]:
        """Classes of sensitive data in the `request` and in the `response`; what authenticates is told elsewhere."""
        answers = (part for parts in self.responses.values() for part in parts.values())
        return {"request": _classes(self.request.values()), "response": _classes(answers)}


def _classes(shapes: Any) -> set[str]:
    return {name for known in shapes for name in known.all_classes()} - AUTHENTICATING


def _add(counts: dict[str, int], name: str) -> None:
    if name and (name in counts or len(counts) < MOST_VALUES):
        counts[name] = counts.get(name, 0) + 1


PLAIN = (
    "first_seen", "last_seen", "guessed", "hits", "errors", "attacks", "blocked", "sampled", "envs", "statuses",
    "authentication", "request_types", "response_types",
)  # fmt: skip


def as_json(endpoint: Endpoint) -> dict[str, Any]:
    """For storage: all but the identity."""
    return {
        **{name: getattr(endpoint, name) for name in PLAIN},
        "left_out": endpoint.room.left_out,
        "minutes": [[minute, *counts] for minute, counts in endpoint.minutes.items()],
        "request": {part: shape.as_json(known) for part, known in endpoint.request.items()},
        "responses": {
            status: {part: shape.as_json(known) for part, known in parts.items()}
            for status, parts in endpoint.responses.items()
        },
    }


def from_json(identity: Identity, told: dict[str, Any], most: int = OF_ONE) -> Endpoint:
    """What `as_json` made, with at most so many places for shapes."""
    room = Room(most, left_out=told.get("left_out", 0))
    return Endpoint(
        identity,
        **{name: told[name] for name in PLAIN},
        minutes={minute: counts for minute, *counts in told["minutes"]},
        request=_parts(told["request"], REQUEST, room),
        responses={status: _parts(parts, RESPONSE, room) for status, parts in told["responses"].items()},
        room=room,
    )


def _parts(told: dict[str, Any], known: tuple[str, ...], room: Room) -> dict[str, Shape]:
    return {part: shape.from_json(told[part], room) for part in known if part in told}
