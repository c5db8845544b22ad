"""Attacks: who, where, by what; one attack with its reasons; what would have become of them otherwise."""

from __future__ import annotations

import json
from dataclasses import replace
from functools import partial
from typing import Any

import duckdb
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from vedette.agent.panels import units
from vedette.agent.panels.attack import FACETS, Attack, attack, chosen, counted, why
from vedette.agent.panels.curl import curl
from vedette.agent.panels.exclusion import exclusion
from vedette.agent.panels.what_if import MODES, Change, what_if
from vedette.agent.query.attacks import MOST, attacks, count_attacks
from vedette.agent.query.series import BUCKETS, size_of
from vedette.agent.query.trace import find_span
from vedette.agent.serve.parameters import span_id, trace_id
from vedette.agent.serve.shell import Shell
from vedette.agent.serve.view import View, read

PAGE = 50
TOP = 7
"""Values shown of each facet."""
FEW = 20


def routes(shell: Shell) -> list[Route]:
    """`/attacks`, `/attacks/what-if`, `/attacks/<trace>/<span>`."""

    async def everything(request: Request) -> Response:
        view = read(request)
        return shell.panel(request, "attacks.html", view, await shell.ask(partial(_overview, view=view)))

    async def candidate(request: Request) -> Response:
        view = read(request)
        return shell.panel(request, "what_if.html", view, await shell.ask(partial(_what_if, view=view)))

    async def one(request: Request) -> Response:
        view, wanted = read(request), trace_id(request)
        number = span_id(str(request.path_params["span_id"]))
        if not wanted or number is None:
            return shell.missing(request, "That is not the address of an attack.")
        values = await shell.ask(lambda cursor: _one(cursor, view, wanted, number))
        if values is None:
            return shell.missing(request, "There is no such attack here. It may have been removed by retention.")
        return shell.panel(request, "attack.html", view, values)

    return [
        Route("/attacks", everything),
        Route("/attacks/what-if", candidate),
        Route("/attacks/{trace_id}/{span_id}", one),
    ]


def _all(cursor: duckdb.DuckDBPyConnection, view: View) -> tuple[list[Attack], int]:
    """The attacks of the period (but for their facets), and how many there are beyond those that were read."""
    scope = replace(view.scope, service="")
    found = attacks(cursor, scope)
    beyond = count_attacks(cursor, scope) - MOST if len(found) == MOST else 0  # more may come between the two questions
    return [attack(span) for span in found], max(beyond, 0)


def _overview(cursor: duckdb.DuckDBPyConnection, view: View) -> dict[str, Any]:
    every, beyond = _all(cursor, view)
    found = chosen(every, view.given)
    blocked = sum(one.blocked for one in found)
    return {
        "any": bool(every),
        "beyond": beyond,
        "total": len(found),
        "blocked": blocked,
        "passed": len(found) - blocked,
        "addresses": len({one.address for one in found if one.address}),
        "endpoints": len({one.endpoint for one in found}),
        "chart": _chart(found, view),
        "facets": [_facet(found, facet, view) for facet in FACETS],
        "filters": _filters(view),
        "rows": [line(one, view) for one in found[(view.page - 1) * PAGE : view.page * PAGE]],
        "pages": -(-len(found) // PAGE),
    }


def _filters(view: View) -> list[dict[str, str]]:
    named = [name for name in (*FACETS, "verdict") if view.given.get(name) and name != "service"]
    return [{"text": f"{name}: {view.given[name]}", "remove": view.address(**{name: None})} for name in named]


def _facet(found: list[Attack], facet: str, view: View) -> dict[str, Any]:
    values = counted(found, facet, TOP)
    most = max((number for _, number, _ in values), default=0)
    rows = [
        {
            "text": value,
            "href": view.address(**{facet: value}),
            "number": number,
            "blocked": blocked,
            "share": units.percent(number, most),
        }
        for value, number, blocked in values
    ]
    return {"name": facet, "rows": rows, "more": len({v for one in found for v in one.values(facet)}) - len(rows)}


def _chart(found: list[Attack], view: View) -> dict[str, Any]:
    size = size_of(view.period)
    stopped, passed = [0] * BUCKETS, [0] * BUCKETS
    for one in found:
        (stopped if one.blocked else passed)[min((one.span["start"] - view.period.start) // size, BUCKETS - 1)] += 1
    times = [(view.period.start + n * size) / 1e9 for n in range(BUCKETS)]
    lines = (("stopped", "attack", stopped), ("let through", "p95", passed))
    series = [{"name": name, "kind": kind, "values": values, "told": values[-1]} for name, kind, values in lines]
    return {"times": times, "series": series}


def line(one: Attack, view: View) -> dict[str, Any]:
    """One attack as a line of a table."""
    span, first = one.span, next((found for found in one.findings if found["matches"]), None)
    number = f"{span['span_id']:016x}"
    return {
        "start": span["start"],
        "kinds": one.kinds,
        "names": list(dict.fromkeys(finding["name"] for finding in one.findings)) or ["Attack"],
        "endpoint": one.endpoint,
        "service": span["service"],
        "colour": units.colour(span["service"]),
        "address": one.address,
        "user": one.user,
        "blocked": one.blocked,
        "status": span["status"],
        "status_class": units.status_class(span["status"], False),
        "parts": first["matches"][0]["short"] if first else [],
        "input": first["matches"][0]["address"] if first else "",
        "where": first["matches"][0]["where"] if first else "",
        "href": view.address(f"/attacks/{span['trace_id']}/{number}", service=None),
        "trace": f"/trace/{span['trace_id']}?span={number}",
    }


def _one(cursor: duckdb.DuckDBPyConnection, view: View, trace: str, number: int) -> dict[str, Any] | None:
    span = find_span(cursor, trace, number)
    if span is None or not span["attack"]:
        return None
    one = attack({**span, "trace_id": trace})
    every, _ = _all(cursor, view)
    others = [other for other in every if other.address == one.address and other.span["span_id"] != number]
    return {
        "row": line(one, view),
        "details": [_finding(one, finding, view) for finding in one.findings],
        "curl": curl(span, one.findings),
        "others": [line(other, view) for other in others[:FEW]] if one.address else [],
        "all_others": view.address("/attacks", address=one.address, service=None),
        "of_endpoint": view.address("/attacks", endpoint=one.endpoint, service=None),
    }


def _finding(one: Attack, finding: dict[str, Any], view: View) -> dict[str, Any]:
    first = finding["matches"][0]["address"] if finding["matches"] else ""
    candidate = {"rule": finding["rule"], "endpoint": one.endpoint, "parameter": first}
    return {
        **finding,
        "why": why(one, finding),
        "exclusion": json.dumps({"exclusions": [exclusion(one, finding)]}, indent=2, ensure_ascii=False),
        "what_if": view.address("/attacks/what-if", service=None, **candidate),
        "of_rule": view.address("/attacks", service=None, rule=finding["rule"]),
    }


def _what_if(cursor: duckdb.DuckDBPyConnection, view: View) -> dict[str, Any]:
    every, beyond = _all(cursor, view)
    mode = view.given.get("mode", "")
    parts = {name: view.given.get(name, "") for name in ("rule", "endpoint", "parameter", "service")}
    change = Change(mode if mode in MODES else "", **parts)
    outcome = what_if(every, change)
    groups = (
        ("stopped", "Let through then, stopped with the change", outcome.stopped),
        ("freed", "Stopped then, let through with the change", outcome.freed),
        ("unseen", "Without any finding with the change", outcome.unseen),
    )
    return {
        "change": change,
        "beyond": beyond,
        "before": {"found": len(every), "blocked": sum(one.blocked for one in every)},
        "after": {"found": outcome.found, "blocked": outcome.blocked},
        "groups": [
            {"id": name, "title": title, "number": len(found), "rows": [line(one, view) for one in found[:FEW]]}
            for name, title, found in groups
        ],
        "choices": {
            "rule": [value for value, _, _ in counted(every, "rule", 100)],
            "endpoint": [value for value, _, _ in counted(every, "endpoint", 100)],
            "service": [value for value, _, _ in counted(every, "service", 100)],
            "parameter": _parameters(every),
        },
    }


def _parameters(every: list[Attack]) -> list[str]:
    found = (match["address"] for one in every for finding in one.findings for match in finding["matches"])
    return sorted(set(filter(None, found)))[:200]
