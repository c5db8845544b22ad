"""A small shop's day as rows: requests of two services, queries in a loop, a job, failures, attacks."""

from __future__ import annotations

import itertools
import json
import time
from typing import Any

from tests.agent.made import row
from vedette.agent.store import SpanRow

MS = 1_000_000
NUMBERS = itertools.count(1_000)
STATEMENT = "select pieces from stock where sku = ?"


class Trace:
    """Spans of one trace; each `add` returns the id of its span."""

    def __init__(self, start: int) -> None:
        self.id = f"{next(NUMBERS):032x}"
        self.start = start
        self.rows: list[SpanRow] = []

    def add(self, parent: int = 0, at: int = 0, took: int = 10, owner: str = "front", **given: Any) -> int:
        number = next(NUMBERS)
        values = {"service": owner, "process": {"service.name": owner, "process.pid": len(owner)}, **given}
        self.rows.append(
            row(
                trace_id=self.id,
                span_id=number,
                parent_id=parent,
                start=self.start + at * MS,
                duration=took * MS,
                **values,
            )
        )
        return number


def checkout(start: int, loop: int = 12) -> Trace:
    """A request of `front` that asks the stock in a loop, calls `orders`, and leaves a job."""
    trace = Trace(start)
    root = trace.add(took=100, resource="POST /checkout", attributes={"http.route": "/checkout"})
    for n in range(loop):
        trace.add(
            root, 2 + n * 3, 2, name="sqlite.query", resource=STATEMENT, type="sql", kind="client", service="sqlite"
        )
    said = {
        "server.address": "10.0.0.7",
        "server.port": 80,
        "http.request.method": "GET",
        "url.full": "http://10.0.0.7",
    }
    call = trace.add(root, 40, 50, name="http.request", resource="http.request", type="http", kind="client",
                     attributes=said)  # fmt: skip
    orders = trace.add(call, 42, 40, "orders", resource="GET /stock/<sku>", name="flask.request")
    trace.add(orders, 70, 200, "worker", name="celery.run", resource="send_receipt", type="worker", kind="consumer")
    return trace


def failure(start: int, number: int) -> Trace:
    """A request that fails; messages differ in their numbers only."""
    trace = Trace(start)
    stack = (
        'Traceback (most recent call last):\n  File "/usr/lib/python3/site-packages/web.py", line 3, in call\n'
        '  File "/app/views.py", line 12, in recommend\n    return stock[sku]\nKeyError: 1'
    )
    trace.add(
        resource="GET /recommend",
        error=True,
        status="500",
        failure={"type": "KeyError", "message": f"no product {number} in 'shelf {number}'", "stack": stack},
    )
    return trace


def trigger(rule: str, value: str, matched: str, stops: bool = True, key: str = "q") -> dict[str, Any]:
    """A finding in the form of the Datadog protocol."""
    return {
        "rule": {
            "id": rule,
            "name": "SQL injection",
            "tags": {"type": "sql_injection", "cwe": "89", "explanation": "It continues a statement."},
            "on_match": ["block"] if stops else [],
        },
        "rule_matches": [
            {
                "operator": "is_sqli",
                "parameters": [
                    {
                        "address": "server.request.query",
                        "key_path": [key, "0"],
                        "value": value,
                        "highlight": [matched],
                    }
                ],
            }
        ],
    }


def attack(start: int, blocked: bool, address: str = "203.0.113.9", rule: str = "vdt-sqli-001", **more: Any) -> Trace:
    """A request with a finding, stopped or let through."""
    trace = Trace(start)
    value = "x' or '1'='1' --"
    found = json.dumps({"triggers": [trigger(rule, value, "' or '1'='", **more)]})
    trace.add(
        owner="orders",
        name="flask.request",
        resource="GET 403" if blocked else "GET /search/<int:page>",
        status="403" if blocked else "200",
        attack=True,
        blocked=blocked,
        attributes={
            "_dd.appsec.json": found,
            "http.request.method": "GET",
            "url.full": "http://shop.example/search/3?q=x%27%20or%20%271%27%3D%271%27%20--",
            "client.address": address,
            "usr.id": "u-17",
            "user_agent.original": "curl/8",
            **({} if blocked else {"http.route": "/search/<int:page>"}),
        },
    )
    return trace


def day(now: int | None = None) -> list[SpanRow]:
    """Ten checkouts, three failures, three attacks (one stopped), all within the last minutes."""
    now = now or time.time_ns()
    traces = [checkout(now - (60 + n) * 1000 * MS) for n in range(10)]
    traces += [failure(now - (30 + n) * 1000 * MS, n) for n in range(3)]
    traces += [attack(now - (20 + n) * 1000 * MS, blocked=n == 0) for n in range(2)]
    traces.append(attack(now - 10_000 * MS, False, "203.0.113.1", "vdt-scan-001", stops=False))
    return [span for trace in traces for span in trace.rows]
