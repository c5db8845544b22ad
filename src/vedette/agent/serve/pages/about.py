"""About this agent."""

from __future__ import annotations

import time
from typing import Any

import duckdb
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from vedette.agent.panels import units
from vedette.agent.panels.about import answered, cost, drops, forwarding, learned, reporter, versions
from vedette.agent.panels.packages import packages
from vedette.agent.query.about import received, reporters, stored
from vedette.agent.query.period import last
from vedette.agent.query.series import BUCKETS, size_of
from vedette.agent.remote import describe
from vedette.agent.serve.shell import Shell
from vedette.agent.serve.view import read


def routes(shell: Shell) -> list[Route]:
    """`/about`."""

    async def about(request: Request) -> Response:
        return shell.panel(request, "about.html", read(request), await shell.ask(lambda cursor: _values(shell, cursor)))

    return [Route("/about", about)]


def _values(shell: Shell, cursor: duckdb.DuckDBPyConnection) -> dict[str, Any]:
    context, now = shell.context, time.time_ns()
    counters, retention = context.counters, context.options.retention
    period = last("15m")
    rate = received(cursor, period)
    kept = stored(cursor)
    reporting = [reporter(row, now) for row in reporters(cursor, context.writer.seq)]
    times = [(period.start + n * size_of(period)) / 1e9 for n in range(BUCKETS)]
    return {
        "chart": {"times": times, "series": [{"name": "spans", "kind": "calls", "values": rate, "told": rate[-1]}]},
        "received": counters.get("spans.received"),
        "stored": counters.get("spans.stored"),
        "drops": drops(counters),
        "payloads": _named(counters.group("payloads")),
        "answered": answered(counters),
        "forwarding": forwarding([line.as_json() for line in context.forwarder.lines] if context.forwarder else []),
        "learned": learned(context.book.state()),
        "expired": _named(counters.group("expired")),
        "kept": kept,
        "trouble": context.writer.trouble,
        "size": units.size(kept["disk"] if context.options.data is not None else kept["memory"]),
        "retention": {
            "age": units.age(retention.age),
            "spans": f"{retention.spans:,}",
            "size": units.size(retention.size),
        },
        "reporters": reporting,
        "said": {part: any(row[part] for row in reporting) for part in ("runtime", "where")},
        "packages": packages(context.senders.as_json()),
        "crashes": context.senders.crashes.all(),
        "flares": [{**describe.flare(one), "size": units.size(len(one.content))} for one in context.flares.all()],
        "cost": cost(),
        "versions": versions(),
    }


def _named(counts: dict[str, int]) -> list[dict[str, str]]:
    return [{"name": name, "text": f"{number:,}"} for name, number in sorted(counts.items())]
