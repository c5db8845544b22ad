"""What protection adds to a Flask request: to a benign GET, and to a JSON body of 18 KB with 816 values.

Tracing is on in both halves of the difference; rules and exploit prevention are what is switched.
"""

from __future__ import annotations

import io
import json
import os
import subprocess
import time
from typing import TYPE_CHECKING, Any

from benchmarks.promise import ROOT, Benchmark, Measured, Promise, environment, module_of, report
from benchmarks.promises.flask_request import ENVIRON, application
from benchmarks.tracers import under_test

if TYPE_CHECKING:
    from benchmarks.contender import Contender

WARM, ROUNDS = 100, 6
SWITCHES = {
    "vedette": ({"VEDETTE_PROTECTION": "off"}, {"VEDETTE_PROTECTION": "monitor"}),
    "ddtrace": ({"DD_APPSEC_ENABLED": "false"}, {"DD_APPSEC_ENABLED": "true", "DD_APPSEC_RASP_ENABLED": "true"}),
}
"""Environment variables without and with protection."""
BODY = json.dumps(
    {
        "items": [
            {"id": n, "name": f"name of item {n}", "price": n * 1.5, "tags": "a,b,c", "note": "words that people write"}
            for n in range(163)
        ]
    }
).encode()


def compare(contender: Contender) -> Measured:
    """The difference that protection makes."""
    without, with_it = ([_once(contender, more) for _ in range(2)] for more in SWITCHES[contender.name])
    best = [{name: min(run[name] for run in runs) for name in ("get", "json")} for runs in (without, with_it)]
    return {name: best[1][name] - best[0][name] for name in ("get", "json")}


def _once(contender: Contender, more: dict[str, str]) -> Measured:
    command = [*contender.launcher, str(contender.python), "-m", module_of(__file__)]
    done = subprocess.run(
        command, env={**environment(contender), **more}, capture_output=True, text=True, check=False, cwd=ROOT
    )
    if done.returncode:
        raise RuntimeError(f"{' '.join(command)} ended with {done.returncode}:\n{done.stderr[-3000:]}")
    return dict(json.loads(done.stdout.splitlines()[-1]))


BENCHMARK = Benchmark(
    "protected_request",
    (
        Promise("get", "protection, added to a benign GET", "µs", 1 / 8, 1 / 20, 1e6),
        Promise("json", "protection, added to 18 KB of JSON (816 values)", "µs", 1 / 10, 1 / 25, 1e6),
    ),
    compare,
    without=("opentelemetry",),
)


def requests() -> dict[str, dict[str, Any]]:
    """The environs of both."""
    body = {"REQUEST_METHOD": "POST", "PATH_INFO": "/echo", "CONTENT_TYPE": "application/json"}
    return {"get": {**ENVIRON}, "json": {**ENVIRON, **body, "CONTENT_LENGTH": str(len(BODY))}}


def drive(app: Any, environ: dict[str, Any], count: int) -> None:
    """Ask as a WSGI server does, and read the answer to its end."""
    seen: set[str] = set()

    def start_response(status: str, headers: Any, exc_info: Any = None) -> Any:
        seen.add(status)
        return lambda written: None

    for _ in range(count):
        answer = app({**environ, "wsgi.input": io.BytesIO(BODY), "wsgi.errors": io.StringIO()}, start_response)
        b"".join(answer)
        answer.close()
    assert seen == {"200 OK"}, seen


def measure() -> Measured:
    """CPU seconds of the process per request, the best of several rounds."""
    from flask import request

    app, tracer = application(), under_test()
    app.add_url_rule("/echo", view_func=lambda: {"read": len(request.get_json())}, methods=["POST"])
    measured = {}
    for name, environ in requests().items():
        drive(app, environ, WARM)
        spent = []
        for _ in range(ROUNDS):
            tracer.flush()
            before = time.process_time()
            drive(app, environ, WARM)
            spent.append((time.process_time() - before) / WARM)
        measured[name] = min(spent)
    return measured


if __name__ == "__main__":
    assert os.environ.get("BENCH_TRACER"), "run by benchmarks/run.py"
    report(measure())
