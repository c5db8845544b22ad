"""What protection costs at its bounds: rules read, a first request, long deny lists, sinks, inputs made to be slow.

These are bounds in themselves, of vedette alone.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from benchmarks.promise import Benchmark, Measured, Promise, in_process, report

if TYPE_CHECKING:
    from benchmarks.contender import Contender

TITLES = {
    "load": ("the default rules read", "ms", 30.0, 1e3),
    "first": ("the first benign GET, on top of that", "ms", 30.0, 1e3),
    "deny": ("added to a GET by a deny list of 100,000", "µs", 1.0, 1e6),
    "statement": ("a statement judged beside its inputs", "µs", 15.0, 1e6),
    "text": ("1 MB of text made to be slow, judged", "ms", 50.0, 1e3),
    "wide": ("1 MB of JSON, read and judged", "ms", 50.0, 1e3),
    "deep": ("JSON of depth 10,000, read and judged", "ms", 50.0, 1e3),
}
BUDGET = 0.02
"""Seconds of judging (`VEDETTE_WAF_TIMEOUT`); reading comes on top of it."""
QUERY = "server.request.query"
HEADERS = {
    "host": "shop.example.com",
    "user-agent": "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0",
    "accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
    "accept-language": "en-US,en;q=0.5",
    "referer": "https://shop.example.com/search?q=shoes&page=1",
}
SLOW = ("<" * 64 + "'" * 64 + "((((" * 16 + "../" * 32 + "${" * 32 + "select union " * 8) * 2_000


def compare(contender: Contender) -> Measured:
    """Of others nothing."""
    if contender.name != "vedette":
        return {}
    return in_process(__file__, launched=False)(contender)


BENCHMARK = Benchmark(
    "protection_bounds",
    tuple(
        Promise(metric, title, unit, None, None, factor, most=most)
        for metric, (title, unit, most, factor) in TITLES.items()
    ),
    compare,
)


def spent(work: Callable[[], Any], times: int = 1) -> float:
    """CPU seconds of one time."""
    before = time.process_time()
    for _ in range(times):
        work()
    return (time.process_time() - before) / times


def inspection(rules: Any) -> Any:
    """A request with the limits that are usual."""
    from vedette._native import Inspection

    return Inspection(rules, BUDGET, 20, 10_000)


def get(rules: Any, page: int = 1) -> Any:
    """A benign GET, judged."""
    request = inspection(rules)
    known = {
        "server.request.method": "GET",
        "server.request.uri.raw": f"/search?q=blue+suede+shoes&page={page}",
        "server.request.headers.no_cookies": HEADERS,
        "http.client_ip": "203.0.113.7",
    }
    request.evaluate(known, [(QUERY, "form", f"q=blue+suede+shoes&page={page}"), COOKIES])
    return request


COOKIES = ("server.request.cookies", "cookies", "session=eyJfZnJlc2giOnRydWV9.ZkX1aQ.abc; _ga=GA1.2.1.2")


def deny_list() -> bytes:
    """100,000 addresses."""
    entries = [{"value": f"198.{18 + (at >> 16)}.{at >> 8 & 255}.{at & 255}"} for at in range(100_000)]
    lists = [{"id": "blocked_ips", "type": "ip_with_expiration", "data": entries}]
    return json.dumps({"version": "2.2", "rules_data": lists}).encode()


def statement(rules: Any) -> float:
    """A statement with three inputs, none of which changes it."""
    request = get(rules)
    known = {
        "server.db.system": "postgresql",
        "server.db.statement": "SELECT id, name, price FROM products WHERE name LIKE '%blue suede shoes%' "
        "AND shop = 17 AND price BETWEEN 10 AND 99.5 ORDER BY price DESC LIMIT 20 OFFSET 20",
    }
    request.evaluate(known)
    return spent(lambda: request.evaluate(known), 500)


def measure() -> Measured:
    """CPU seconds of each."""
    from vedette.protection.rule_file import read_rules

    loading = [spent(lambda: read_rules(None)) for _ in range(3)]
    rules, denying = read_rules(None), read_rules(None, lists=deny_list())
    first = spent(lambda: get(rules))
    for page in range(300):
        get(rules, page), get(denying, page)
    pairs = [(spent(lambda: get(rules), 500), spent(lambda: get(denying), 500)) for _ in range(10)]
    body = "server.request.body"
    wide = json.dumps([{"id": at, "note": f"words {at} <that> 'people' write"} for at in range(19_000)])
    return {
        "load": min(loading),
        "first": first,
        "deny": max(min(with_it for _, with_it in pairs) - min(without for without, _ in pairs), 0.0),
        "statement": min(statement(rules) for _ in range(3)),
        "text": spent(lambda: inspection(rules).evaluate({body: SLOW})),
        "wide": spent(lambda: inspection(rules).evaluate({}, [(body, "json", wide)])),
        "deep": spent(lambda: inspection(rules).evaluate({}, [(body, "json", "[" * 10_000 + "]" * 10_000)])),
    }


if __name__ == "__main__":
    assert os.environ.get("BENCH_TRACER"), "run by benchmarks/run.py"
    report(measure())
