"""The places of the page, in the order in which people look for them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple


class Place(NamedTuple):
    """One entry of the navigation. It appears once something answers at its path."""

    path: str
    label: str
    icon: str
    """A macro of `icons.html`."""
    group: str
    key: str = ""
    """The key that leads there after `g`."""


PLACES = (
    Place("/", "Live", "live", "Observe", "l"),
    Place("/services", "Services", "services", "Observe", "s"),
    Place("/endpoints", "Endpoints", "endpoints", "Observe", "e"),
    Place("/queries", "Queries", "queries", "Observe", "q"),
    Place("/outgoing", "Outgoing calls", "outgoing", "Observe", "o"),
    Place("/jobs", "Background jobs", "jobs", "Observe", "b"),
    Place("/errors", "Errors", "error", "Observe", "r"),
    Place("/attacks", "Attacks", "attacks", "Protect", "a"),
    Place("/api-inventory", "API inventory", "inventory", "Protect", "i"),
    Place("/users", "Users", "users", "Protect", "u"),
    Place("/rules", "Rules", "rules", "Protect", "w"),
    Place("/deny-lists", "Deny lists", "deny", "Protect", "d"),
    Place("/remote", "Remote settings", "remote", "Protect", "c"),
    Place("/about", "About this agent", "about", "Agent", "m"),
)


def places(paths: Iterable[str]) -> list[Place]:
    """The places that exist, given the paths that are answered."""
    known = set(paths)
    return [place for place in PLACES if place.path in known]


def menu(existing: list[Place], current: str) -> list[dict[str, object]]:
    """The navigation in groups; the place that `current` (a path) belongs to is marked."""
    at = _place_of(existing, current)
    groups: dict[str, list[dict[str, object]]] = {}
    for place in existing:
        groups.setdefault(place.group, []).append({**place._asdict(), "current": place is at})
    return [{"name": name, "places": found} for name, found in groups.items()]


def _place_of(existing: list[Place], current: str) -> Place | None:
    """The place with the longest path that `current` is, or is below; a trace belongs to the live list."""
    if current == "/" or current.startswith("/trace/"):
        return next((place for place in existing if place.path == "/"), None)
    below = [place for place in existing if place.path != "/" and (current + "/").startswith(place.path + "/")]
    return max(below, key=lambda place: len(place.path), default=None)
