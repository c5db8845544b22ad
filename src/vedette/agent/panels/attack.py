"""One attack: who, where, with what, what was done about it and why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from vedette.agent.panels.findings import findings
from vedette.agent.query.statements import Row

USERS = ("user.id", "usr.id", "_dd.appsec.usr.id", "enduser.id", "usr.login", "_dd.appsec.usr.login")
ADDRESSES = ("client.address", "http.client_ip", "network.peer.address")
FACETS = ("kind", "endpoint", "address", "user", "service", "rule")


@dataclass(frozen=True)
class Attack:
    """A span with findings, read."""

    span: Row
    findings: list[dict[str, Any]]
    kinds: list[str]
    rules: list[str]
    endpoint: str
    """Method and route; method and path where no route was found."""
    address: str
    user: str
    blocked: bool

    def values(self, facet: str) -> list[str]:
        """What it counts for in a facet."""
        several = {"kind": self.kinds, "rule": self.rules}
        if facet in several:
            return several[facet]
        one = str(self.span["service"]) if facet == "service" else str(getattr(self, facet))
        return [one] if one else []


def attack(span: Row) -> Attack:
    """A span with findings, read."""
    found = findings(span)
    said = span["attributes"]
    return Attack(
        span,
        found,
        list(dict.fromkeys(finding["type"] or "attack" for finding in found)) or ["attack"],
        list(dict.fromkeys(finding["rule"] for finding in found if finding["rule"])),
        endpoint(span),
        _first(said, ADDRESSES),
        _first(said, USERS),
        bool(span["blocked"]),
    )


def endpoint(span: Row) -> str:
    """`GET /search`: by the route, or by the path where the request was refused before it had one."""
    said = span["attributes"]
    if said.get("http.route") or not said.get("url.full"):
        return str(span["resource"])
    return f"{said.get('http.request.method', '')} {path_of(str(said['url.full']))}".strip()


def path_of(url: str) -> str:
    """The path of an address, `/` if it has none that can be read."""
    try:
        return urlsplit(url).path or "/"
    except ValueError:
        return "/"


def _first(said: Row, names: Iterable[str]) -> str:
    return next((str(said[name]) for name in names if said.get(name)), "")


def chosen(attacks: list[Attack], given: dict[str, str]) -> list[Attack]:
    """Those that have what the address asks for: any facet, and `verdict` (`blocked` or `passed`)."""
    wanted = {facet: given[facet] for facet in FACETS if given.get(facet)}
    verdict = given.get("verdict", "")
    return [
        attack
        for attack in attacks
        if all(value in attack.values(facet) for facet, value in wanted.items())
        and (not verdict or attack.blocked == (verdict == "blocked"))
    ]


def counted(attacks: list[Attack], facet: str, most: int) -> list[tuple[str, int, int]]:
    """Values of a facet with their attacks and how many of these were blocked, most first."""
    numbers: Counter[str] = Counter()
    blocked: Counter[str] = Counter()
    for one in attacks:
        for value in one.values(facet):
            numbers[value] += 1
            blocked[value] += one.blocked
    return [(value, number, blocked[value]) for value, number in numbers.most_common(most)]


def why(attack: Attack, finding: dict[str, Any]) -> str:
    """Why it was stopped, or was not, and what would change that."""
    service = attack.span["service"]
    if finding["blocked"]:
        return f"Stopped: this rule blocks, and {service} lets it (VEDETTE_PROTECTION=block, or a rule of its own)."
    if attack.blocked and finding["stops"]:
        return "The request was stopped because of another finding, before this one had consequences."
    if attack.blocked:
        return "This rule reports only; the request was stopped because of another finding."
    if finding["stops"]:
        return (
            f"Let through: this rule would block, but {service} only monitors. "
            f"VEDETTE_PROTECTION=block for {service} stops such requests."
        )
    return "Let through: this rule reports only. An override of its on_match makes it block."
