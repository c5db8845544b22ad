"""Users under attack, as the page shows them: what is going on, and what to deny because of it."""

from __future__ import annotations

import ipaddress
import time
from collections.abc import Callable, Mapping
from typing import Any

from vedette.agent.panels.rates import share, spark
from vedette.agent.query.accounts import SignIns
from vedette.agent.query.statements import Row
from vedette.agent.remote.check import Wrong
from vedette.agent.remote.items import Item

Denied = set[tuple[str, str]]
Search = Callable[[str], str]

DAY = 86_400
FEW, TRIED = 5, 3
_INSIDE = [ipaddress.ip_network(network) for network in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "127.0.0.0/8",
           "169.254.0.0/16", "::1/128", "fc00::/7", "fe80::/10")]  # fmt: skip
_FAILURE = "appsec.events.users.login.failure.usr.login"


def numbers(found: SignIns) -> list[dict[str, Any]]:
    """The few numbers above the tables."""
    failures, successes = found.count("failures"), found.count("successes")
    taken = sum(1 for row in found.accounts if row["is_taken"])
    return [
        _number("Sign-ins", failures + successes),
        {**_number("Failed", failures), "more": share(failures, failures + successes)},
        _number("Sign-ups", found.count("signups")),
        _number("Accounts under attack", len(found.accounts), "attack"),
        _number("Attacking addresses", len(found.addresses), "attack"),
        _number("Likely takeovers", taken, "attack"),
    ]


def _number(label: str, count: int, kind: str = "") -> dict[str, Any]:
    return {"label": label, "text": f"{count:,}", "kind": kind if count else "", "more": "", "href": "", "title": ""}


def account(row: Row, search: Search, denied: Denied) -> dict[str, Any]:
    """One account under attack. `search` makes the address of the traces that match a term."""
    by_address: dict[str, int] = row["by_address"] or {}
    worst = sorted(by_address, key=lambda each: (-by_address[each], each))[:FEW]
    return {
        **{key: row[key] for key in ("account", "failures", "successes", "addresses", "services", "first", "last")},
        "kind": _kind(row),
        "taken": bool(row["is_taken"]),
        "taken_href": f"/trace/{row['taken_trace']}" if row["taken_trace"] else "",
        "exists": not (row["is_unknown"] and not row["is_known"]),
        "worst": [{"address": each, "count": by_address[each]} for each in worst],
        "spark": spark(row["buckets"]),
        "href": search(term(_FAILURE, row["account"])),
        "deny": denial("user", row["account"], denied) if row["is_taken"] else None,
    }


def _kind(row: Row) -> str:
    if row["is_distributed"]:
        return "many addresses"
    return "brute force" if row["is_forced"] else "credential stuffing"


def attacker(row: Row, search: Search, denied: Denied) -> dict[str, Any]:
    """One attacking address."""
    keys = ("address", "failures", "successes", "accounts", "unknown_accounts", "services", "first", "last")
    return {
        **{key: row[key] for key in keys},
        "kind": "credential stuffing" if row["is_stuffing"] else "brute force",
        "entered": row["entered"] or [],
        "tried": (row["tried"] or [])[:TRIED],
        "more_tried": max(int(row["accounts"]) - TRIED, 0),
        "spark": spark(row["buckets"]),
        "href": search(term("client.address", row["address"])),
        "deny": None if is_inside(row["address"]) else denial("address", row["address"], denied),
    }


def term(name: str, value: str) -> str:
    """A term of the search language; quotes that it can't hold become any one character's place."""
    return f'{name}:"{value.replace(chr(34), "*")}"'


def denial(kind: str, value: str, denied: Denied) -> dict[str, Any]:
    """What to deny, as a form says it and as the line of a deny list's file; and whether that is done."""
    return {"kind": kind, "id": value, "line": f"{kind} {value}", "done": (kind, value) in denied}


def wished(form: Mapping[str, str]) -> list[Item]:
    """The denial that a form asks for, for a day. Raises Wrong."""
    kind = form.get("kind", "")
    if kind not in ("address", "user"):
        raise Wrong("choose what is denied")
    return [Item(kind, form.get("id", ""), expires=int(time.time()) + DAY, note="attack on accounts")]


def is_inside(address: str) -> bool:
    """Whether it is a network's own (RFC 1918, RFC 4193): a proxy that names no clients stands for all of them."""
    try:
        parsed = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return True
    return any(parsed.version == network.version and parsed in network for network in _INSIDE)


def chart(found: SignIns) -> dict[str, Any]:
    """Failures and successes over time, for `charts.js`."""
    times = [(found.period.start + number * found.size) / 1e9 for number in range(len(found.buckets))]
    lines = (("failures", "error"), ("successes", "calls"))
    series = [
        {
            "name": name,
            "kind": kind,
            "values": [bucket[name] for bucket in found.buckets],
            "told": str(found.buckets[-1][name]) if found.buckets else "none",
        }
        for name, kind in lines
    ]
    return {"times": times, "series": series}
