"""The JSON API as data: each address, what it takes, what it answers. Routes and the OpenAPI document come from it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

import duckdb
from starlette.requests import Request

from vedette.agent.exchange.lines import LARGEST
from vedette.agent.query.errors import ORDERS as ERROR_ORDERS
from vedette.agent.query.errors import errors
from vedette.agent.query.explain import explain
from vedette.agent.query.export import MOST as EXPORTED
from vedette.agent.query.export import export
from vedette.agent.query.groups import CALLS, ENDPOINTS, ORDERS, STATEMENTS, WORK, Kind, groups
from vedette.agent.query.period import LENGTHS, USUAL
from vedette.agent.query.services import edges, services
from vedette.agent.query.signals import Wanted, logs, metric_names, metrics
from vedette.agent.query.state import state
from vedette.agent.query.statements import Row
from vedette.agent.query.summary import summary
from vedette.agent.query.terms import parse
from vedette.agent.query.trace import as_json, find_trace
from vedette.agent.query.traces import list_traces, slowest_traces
from vedette.agent.serve.context import Context
from vedette.agent.serve.parameters import number, trace_id
from vedette.agent.serve.schemas import (
    ANYTHING,
    COUNTS,
    NUMBER,
    TEXT,
    TEXTS,
    WHOLE,
    Schema,
    made_of,
    many,
    maybe,
    named,
)
from vedette.agent.serve.view import period, read

SETTLE = 2.0
"""Seconds that `/api/summary` waits for spans that were taken but are not stored yet."""
LATENCIES = ("p50", "p95", "p99")


class Asked(NamedTuple):
    """One question."""

    context: Context
    cursor: duckdb.DuckDBPyConnection
    request: Request

    def text(self, name: str) -> str:
        """A parameter's text, as far as it is used."""
        return self.request.query_params.get(name, "")[:500]


@dataclass(frozen=True)
class Parameter:
    """Something in the query string. What is not usable counts as not given."""

    name: str
    says: str
    schema: Schema


@dataclass(frozen=True)
class Endpoint:
    """An address that answers a question."""

    path: str
    name: str
    """Operation id."""
    says: str
    parameters: tuple[Parameter, ...]
    schema: Schema
    answer: Callable[[Asked], dict[str, Any] | None]
    """None: there is no such thing."""


PERIOD = (
    Parameter("t", f"a period that ends now (default {USUAL})", {"type": "string", "enum": list(LENGTHS)}),
    Parameter("from", "instead: the beginning, milliseconds since the Unix epoch", WHOLE),
    Parameter("to", "and the end", WHOLE),
)
SCOPE = (
    *PERIOD,
    Parameter("service", "only this service", TEXT),
    Parameter("env", "only this environment", TEXT),
)
PAGE = Parameter("page", "from 1; 50 a page", WHOLE)
LIMIT = Parameter("limit", "how many at most", WHOLE)
CONTAINS = Parameter("text", "only what contains this, whatever the case", TEXT)


def _summary(asked: Asked) -> dict[str, Any]:
    asked.context.writer.flush(SETTLE)
    return summary(asked.cursor, asked.context.counters)


def _traces(asked: Asked) -> dict[str, Any]:
    terms = parse(asked.text("q"))
    limit, before = number(asked.request, "limit") or 50, number(asked.request, "before")
    problems = {term.text: term.problem for term in terms if term.problem}
    if asked.text("sort") == "duration":
        found = slowest_traces(asked.cursor, terms, period(asked.request), limit)
        return {"traces": found, "before": None, "below": None, "problems": problems}
    below = number(asked.request, "below")
    page = list_traces(asked.cursor, terms, asked.context.writer.seq, limit, before, below=below)
    return {"traces": page.traces, "before": page.before, "below": page.below, "problems": problems}


def _trace(asked: Asked) -> dict[str, Any] | None:
    wanted = trace_id(asked.request)
    trace = find_trace(asked.cursor, wanted, full=True) if wanted else None
    return None if trace is None else as_json(trace)


def _explanation(asked: Asked) -> dict[str, Any] | None:
    wanted = trace_id(asked.request)
    trace = find_trace(asked.cursor, wanted, full=True) if wanted else None
    return None if trace is None else explain(trace)


def _services(asked: Asked) -> dict[str, Any]:
    scope = read(asked.request).scope
    calls = edges(asked.cursor, scope, asked.context.writer.seq)
    return {"services": [_plain(row) for row in services(asked.cursor, scope)], "calls": calls}


def _groups(kind: Kind) -> Callable[[Asked], dict[str, Any]]:
    def answer(asked: Asked) -> dict[str, Any]:
        view = read(asked.request)
        found = groups(asked.cursor, kind, view.scope, view.sort, view.page, asked.text("text"))
        return {"groups": [_plain(row) for row in found], "total": found[0]["groups"] if found else 0}

    return answer


def _errors(asked: Asked) -> dict[str, Any]:
    view = read(asked.request)
    found = errors(asked.cursor, view.scope, view.sort, view.page, asked.text("fingerprint"))
    return {"errors": [_plain(row) for row in found], "total": found[0]["groups"] if found else 0}


def _wanted(asked: Asked) -> Wanted:
    given = asked.request.query_params
    span = period(asked.request) if {"t", "from"} & given.keys() else None
    trace = asked.text("trace").lower()
    trace = trace.rjust(32, "0") if trace and len(trace) <= 32 and set(trace) <= set("0123456789abcdef") else ""
    return Wanted(span, asked.text("service"), trace, asked.text("text"), number(asked.request, "severity") or 0)


def _export(asked: Asked) -> dict[str, Any]:
    after, limit = number(asked.request, "after") or 0, number(asked.request, "limit") or EXPORTED
    spans, more = export(asked.cursor, parse(asked.text("q")), min(after, LARGEST), limit)
    return {"spans": spans, "after": more}


def _logs(asked: Asked) -> dict[str, Any]:
    return {"logs": logs(asked.cursor, _wanted(asked), number(asked.request, "limit") or 100)}


def _metrics(asked: Asked) -> dict[str, Any]:
    return {"metrics": metrics(asked.cursor, _wanted(asked), number(asked.request, "limit") or 100)}


def _metric_names(asked: Asked) -> dict[str, Any]:
    return {"metrics": metric_names(asked.cursor, _wanted(asked))}


def _about(asked: Asked) -> dict[str, Any]:
    context = asked.context
    parts = (context.options, context.counters, context.writer, context.senders, context.forwarder, context.book)
    return state(asked.cursor, *parts)


def _plain(row: Row) -> Row:
    """A group's row with names instead of places, and without what only the page draws."""
    kept = {name: value for name, value in row.items() if name not in ("quantiles", "buckets", "groups", "everything")}
    if "quantiles" in row:
        found = row["quantiles"] or [None] * len(LATENCIES)
        kept.update({name: None if value is None else round(value) for name, value in zip(LATENCIES, found)})
    return kept


GROUPS = made_of(groups=many(named("Group")), total=WHOLE)


def _of_groups(path: str, kind: Kind, says: str) -> Endpoint:
    sort = Parameter("sort", f"what comes first (default {kind.order})", {"type": "string", "enum": list(ORDERS)})
    return Endpoint(path, kind.name, says, (*SCOPE, sort, PAGE, CONTAINS), GROUPS, _groups(kind))


ALL: tuple[Endpoint, ...] = (
    Endpoint(
        "/api/summary",
        "summary",
        "What is stored, and what came and was lost since the start; waits up to 2 s for what is on its way.",
        (),
        made_of(
            traces=WHOLE,
            spans=WHOLE,
            services=WHOLE,
            attacks=WHOLE,
            blocked=WHOLE,
            received=WHOLE,
            stored=WHOLE,
            drops=WHOLE,
            dropped=COUNTS,
            ignored=COUNTS,
            expired=COUNTS,
            payloads=COUNTS,
        ),
        _summary,
    ),
    Endpoint(
        "/api/traces",
        "traces",
        "The newest traces that have a span matching every term of the search.",
        (
            Parameter("q", "search: words, `service:`, `error`, `attack`, `min:10ms`, any attribute", TEXT),
            Parameter("limit", "how many, at most 500 (default 50)", WHOLE),
            Parameter("before", "`before` of the answer before, for older ones", WHOLE),
            Parameter("below", "`below` of the answer before: text is looked for in 500,000 spans at a time", WHOLE),
            Parameter("sort", "`duration`: the slowest of a period instead", {"type": "string", "enum": ["duration"]}),
            *PERIOD,
        ),
        made_of(traces=many(named("TraceSummary")), before=maybe(WHOLE), below=maybe(WHOLE), problems=TEXTS),
        _traces,
    ),
    Endpoint("/api/trace/{trace_id}", "trace", "One trace: its spans in reading order.", (), named("Trace"), _trace),
    Endpoint(
        "/api/trace/{trace_id}/explanation",
        "explanation",
        "What a trace did: where the time went, what failed, what was attacked, what was done again and again.",
        (),
        made_of(
            trace_id=TEXT,
            summary=TEXT,
            critical_path=many(ANYTHING),
            slowest=many(ANYTHING),
            errors=many(ANYTHING),
            attacks=many(ANYTHING),
            by_service=many(ANYTHING),
            hints=many(TEXT),
        ),
        _explanation,
    ),
    Endpoint(
        "/api/export",
        "export",
        "Whole spans in the order of their arrival, page by page, of the traces that match.",
        (
            Parameter("q", "search, as in /api/traces", TEXT),
            Parameter("after", "`after` of the answer before; 0 in the beginning", WHOLE),
            Parameter("limit", f"how many, at most {EXPORTED:,}", WHOLE),
        ),
        made_of(spans=many(named("Span")), after=maybe(WHOLE)),
        _export,
    ),
    Endpoint(
        "/api/services",
        "services",
        "Services with rate, errors and durations; and who calls whom (of the newest 200,000 spans).",
        SCOPE,
        made_of(services=many(named("Service")), calls=many(named("Edge"))),
        _services,
    ),
    _of_groups("/api/work/endpoints", ENDPOINTS, "What services answer, in groups of service and resource."),
    _of_groups("/api/work/queries", STATEMENTS, "Questions to stores of data, in groups of the same statement."),
    _of_groups("/api/work/outgoing", CALLS, "Calls of other services and of the outside."),
    _of_groups("/api/work/jobs", WORK, "Background work: tasks, messages that are processed."),
    Endpoint(
        "/api/errors",
        "errors",
        "Failures in groups of the same failure.",
        (
            *SCOPE,
            Parameter("sort", "what comes first (default last)", {"type": "string", "enum": list(ERROR_ORDERS)}),
            Parameter("fingerprint", "only this group", TEXT),
            PAGE,
        ),
        made_of(errors=many(named("ErrorGroup")), total=WHOLE),
        _errors,
    ),
    Endpoint(
        "/api/logs",
        "logs",
        "Log records, newest first; at most 1,000.",
        (
            *PERIOD,
            Parameter("service", "only this service", TEXT),
            Parameter("trace", "only of this trace", TEXT),
            Parameter("severity", "at least: 9 info, 13 warning, 17 error", WHOLE),
            CONTAINS,
            LIMIT,
        ),
        made_of(logs=many(named("Log"))),
        _logs,
    ),
    Endpoint(
        "/api/metrics",
        "metrics",
        "Data points of metrics, newest first; at most 1,000.",
        (*PERIOD, Parameter("service", "only this service", TEXT), CONTAINS, LIMIT),
        made_of(metrics=many(named("Point"))),
        _metrics,
    ),
    Endpoint(
        "/api/metrics/names",
        "metric_names",
        "Which metrics there are.",
        (*PERIOD, Parameter("service", "only this service", TEXT), CONTAINS),
        made_of(metrics=many(named("Metric"))),
        _metric_names,
    ),
    Endpoint(
        "/api/about",
        "about",
        "The agent itself: rates, drops, storage, who reports, forwarding, own cost.",
        (),
        made_of(
            version=TEXT,
            uptime=NUMBER,
            listens=ANYTHING,
            received=COUNTS,
            stored=COUNTS,
            waiting=COUNTS,
            payloads=COUNTS,
            dropped=COUNTS,
            ignored=COUNTS,
            expired=COUNTS,
            storage=ANYTHING,
            senders=many(named("Sender")),
            forward=ANYTHING,
            inventory=COUNTS,
            process=ANYTHING,
        ),
        _about,
    ),
)
