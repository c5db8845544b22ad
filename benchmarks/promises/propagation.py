"""Extract the context from a request that carries Datadog and W3C headers, and inject it into another's."""

from __future__ import annotations

import time

from benchmarks.promise import Benchmark, Measured, Promise, in_process, report
from benchmarks.tracers import under_test

REQUESTS = 20_000

BENCHMARK = Benchmark(
    "propagation",
    (Promise("seconds", "extract + inject, Datadog and W3C headers", "µs", 1 / 8, 1 / 20, 1e6),),
    in_process(__file__, launched=False),
)


def headers(number: int) -> dict[str, str]:
    """What a traced client sends; ids differ, so that nothing can be remembered."""
    trace, span = 0x1234_5678_0000_0000 + number, 0x0FED_0000 + number
    return {
        "host": "shop.example",
        "accept": "*/*",
        "traceparent": f"00-6553f10000000000{trace:016x}-{span:016x}-01",
        "tracestate": f"dd=s:1;p:{span:016x};t.dm:-1,other=1",
        "x-datadog-trace-id": str(trace),
        "x-datadog-parent-id": str(span),
        "x-datadog-sampling-priority": "1",
        "x-datadog-tags": "_dd.p.dm=-1,_dd.p.tid=6553f10000000000",
    }


def measure() -> Measured:
    """Seconds of the application's thread per request."""
    tracer = under_test()
    tracer.start()
    tracer.extract_and_inject([headers(number) for number in range(500)])
    requests = [headers(number) for number in range(REQUESTS)]
    started = time.thread_time()
    tracer.extract_and_inject(requests)
    return {"seconds": (time.thread_time() - started) / REQUESTS}


if __name__ == "__main__":
    report(measure())
