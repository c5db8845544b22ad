"""Spans made through the `opentelemetry-api`: they are vedette's spans, in the same traces, with one active span."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from typing import Any

import pytest
from opentelemetry import baggage, context, propagate, trace
from opentelemetry.trace import Link, NonRecordingSpan, SpanContext, SpanKind, Status, StatusCode, TraceFlags

import vedette
from tests.in_memory import configured, finished, in_memory

__all__ = ["configured", "finished", "in_memory"]

PARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


@pytest.fixture
def otel(in_memory: None) -> trace.Tracer:
    return trace.get_tracer("tests", "1.0")


def only(spans: list[dict[str, Any]]) -> dict[str, Any]:
    (span,) = spans
    return span


def test_a_span_has_what_it_was_given(otel: trace.Tracer, finished: Any) -> None:
    given: dict[str, Any] = {"text": "ä", "flag": True, "count": 3, "ratio": 0.5, "list": ["a", "b"]}
    with otel.start_as_current_span("work", kind=SpanKind.SERVER, attributes=given) as span:
        assert span.is_recording()
        span.set_attribute("late", 1)
        span.set_attributes({"later": 2})
        span.update_name("renamed")
    assert not span.is_recording()
    span.set_attribute("too late", 1)
    span.update_name("too late")
    found = only(finished())
    assert (found["name"], found["resource"], found["kind"]) == ("server.request", "renamed", "server")
    assert found["attributes"] == {**given, "late": 1, "later": 2}


NAMES = [
    ("internal", SpanKind.INTERNAL, {}),
    ("server.request", SpanKind.SERVER, {}),
    ("client.request", SpanKind.CLIENT, {}),
    ("producer", SpanKind.PRODUCER, {}),
    ("consumer", SpanKind.CONSUMER, {}),
    ("http.server.request", SpanKind.SERVER, {"http.request.method": "GET"}),
    ("http.client.request", SpanKind.CLIENT, {"http.method": "GET"}),
    ("postgresql.query", SpanKind.CLIENT, {"db.system": "PostgreSQL"}),
    ("kafka.receive", SpanKind.CONSUMER, {"messaging.system": "kafka", "messaging.operation": "receive"}),
    ("grpc.server.request", SpanKind.SERVER, {"rpc.system": "grpc"}),
    ("aws.s3.request", SpanKind.CLIENT, {"rpc.system": "aws-api", "rpc.service": "S3"}),
    ("aws.lambda.invoke", SpanKind.CLIENT, {"faas.invoked_provider": "aws", "faas.invoked_name": "lambda"}),
    ("timer.invoke", SpanKind.SERVER, {"faas.trigger": "timer"}),
    ("graphql.server.request", SpanKind.SERVER, {"graphql.operation.type": "query"}),
    ("amqp.server.request", SpanKind.SERVER, {"network.protocol.name": "amqp"}),
    ("said.so", SpanKind.SERVER, {"operation.name": "Said.So", "http.request.method": "GET"}),
]


@pytest.mark.parametrize(("name", "kind", "attributes"), NAMES, ids=[name for name, *_ in NAMES])
def test_operation_names(otel: trace.Tracer, finished: Any, name: str, kind: SpanKind, attributes: Any) -> None:
    otel.start_span("work", kind=kind, attributes=attributes).end()
    found = only(finished())
    assert (found["name"], found["resource"]) == (name, "work")


def test_reserved_attributes_are_parts_of_the_span(otel: trace.Tracer, finished: Any) -> None:
    reserved = {"service.name": "shop", "resource.name": "GET /", "span.type": "web", "analytics.event": "true"}
    otel.start_span("work", attributes=reserved).end()
    found = only(finished())
    assert (found["service"], found["resource"], found["type"]) == ("shop", "GET /", "web")
    assert found["attributes"] == {"_dd1.sr.eausr": 1.0}


def test_given_times_are_kept(otel: trace.Tracer, finished: Any) -> None:
    otel.start_span("work", start_time=1_700_000_000_000_000_000).end(1_700_000_000_000_000_007)
    found = only(finished())
    assert (found["start"], found["duration"]) == (1_700_000_000_000_000_000, 7)


def test_both_apis_make_one_tree(otel: trace.Tracer, finished: Any) -> None:
    with vedette.tracer.span("a"):
        with otel.start_as_current_span("b") as b:
            with vedette.tracer.span("c"), otel.start_as_current_span("d"):
                pass
            assert trace.get_current_span() is b
        otel.start_span("e").end()
    spans = {span["resource"]: span for span in finished()}
    parents = {"b": "a", "c": "b", "d": "c", "e": "a"}
    assert {name: spans[of]["span_id"] for name, of in parents.items()} == {
        name: spans[name]["parent_id"] for name in parents
    }
    assert len({span["trace_id"] for span in spans.values()}) == 1


def test_both_apis_see_one_active_span(otel: trace.Tracer) -> None:
    assert trace.get_current_span() is trace.INVALID_SPAN
    with vedette.tracer.span("ours") as ours:
        seen = trace.get_current_span()
        told = seen.get_span_context()
        assert (told.trace_id, told.span_id, told.is_remote) == (ours.trace_id, ours.span_id, False)
        seen.set_attribute("by", "otel")
        assert ours.attributes == {"by": "otel"}
        assert trace.get_current_span() == seen
        with otel.start_as_current_span("theirs") as theirs:
            active = vedette.current_span()
            assert active is not None
            assert active.span_id == theirs.get_span_context().span_id
        assert vedette.current_span() is ours
    assert vedette.current_span() is None
    assert trace.get_current_span() is trace.INVALID_SPAN


def test_start_span_does_not_activate(otel: trace.Tracer, finished: Any) -> None:
    with otel.start_span("work"):
        assert trace.get_current_span() is trace.INVALID_SPAN
        assert vedette.current_span() is None


def test_an_explicit_context_wins_over_the_active_span(otel: trace.Tracer, finished: Any) -> None:
    with otel.start_as_current_span("a") as a:
        elsewhere = trace.set_span_in_context(a)
    with vedette.tracer.span("b"):
        otel.start_span("child of a", context=elsewhere).end()
        otel.start_span("a root", context=context.Context()).end()
    spans = {span["resource"]: span for span in finished()}
    assert spans["child of a"]["parent_id"] == spans["a"]["span_id"]
    assert spans["a root"]["parent_id"] == 0
    assert spans["a root"]["trace_id"] != spans["b"]["trace_id"]


def test_attaching_and_detaching(otel: trace.Tracer) -> None:
    span = otel.start_span("a")
    with vedette.tracer.span("b") as b:
        token = context.attach(trace.set_span_in_context(span))
        assert trace.get_current_span() is span
        inner = context.attach(context.set_value("key", "value"))
        assert (context.get_value("key"), trace.get_current_span()) == ("value", span)
        context.detach(inner)
        empty = context.attach(context.Context())
        assert vedette.current_span() is None
        context.detach(empty)
        context.detach(token)
        assert vedette.current_span() is b
    span.end()


def test_a_detach_elsewhere_harms_nobody(otel: trace.Tracer, caplog: pytest.LogCaptureFixture) -> None:
    span = otel.start_span("a")
    token = copy_context().run(context.attach, trace.set_span_in_context(span))
    with vedette.tracer.span("b") as b:
        context.detach(token)
        assert "Failed to detach" in caplog.text  # OpenTelemetry's own answer to it
        assert vedette.current_span() is b
    span.end()


def test_threads_and_tasks_take_the_context_they_are_given(otel: trace.Tracer, finished: Any) -> None:
    def work(given: context.Context) -> None:
        token = context.attach(given)
        try:
            with vedette.tracer.span("in a thread"):
                pass
        finally:
            context.detach(token)

    async def tasks() -> None:
        async def step(name: str) -> None:
            with otel.start_as_current_span(name):
                await asyncio.sleep(0.001)
                with vedette.tracer.span(f"below {name}"):
                    await asyncio.sleep(0.001)

        with otel.start_as_current_span("tasks"):
            await asyncio.gather(step("one"), step("two"))

    with otel.start_as_current_span("outside"), ThreadPoolExecutor(1) as pool:
        pool.submit(work, context.get_current()).result()
    asyncio.run(tasks())
    spans = {span["resource"]: span for span in finished()}
    for child, parent in {
        "in a thread": "outside",
        "one": "tasks",
        "two": "tasks",
        "below one": "one",
        "below two": "two",
    }.items():
        assert spans[child]["parent_id"] == spans[parent]["span_id"], child


def test_decorators(otel: trace.Tracer, finished: Any) -> None:
    @otel.start_as_current_span("plain")
    def plain() -> int:
        return 1

    @otel.start_as_current_span("coroutine")
    async def coroutine() -> int:
        await asyncio.sleep(0)
        return 2

    assert (plain(), plain(), asyncio.run(coroutine())) == (1, 1, 2)
    assert [span["resource"] for span in finished()] == ["plain", "plain", "coroutine"]


def test_an_exception_that_leaves_the_block(otel: trace.Tracer, finished: Any) -> None:
    with pytest.raises(KeyError), otel.start_as_current_span("work"):
        raise KeyError("gone")
    found = only(finished())
    assert found["error"]
    assert found["failure"][1] == "KeyError: 'gone'"
    assert found["failure"][0] == "KeyError"
    assert "test_opentelemetry.py" in found["failure"][2]
    name, told = found["events"][0]
    assert (name, told["exception.type"]) == ("exception", "KeyError")


def test_an_exception_may_be_left_untold(otel: trace.Tracer, finished: Any) -> None:
    with (
        pytest.raises(KeyError),
        otel.start_as_current_span("work", record_exception=False, set_status_on_exception=False),
    ):
        raise KeyError("gone")
    with pytest.raises(KeyError), otel.start_span("other") as span:
        raise KeyError("gone")
    work, other = finished()
    assert (work["error"], work.get("events", [])) == (False, [])
    assert (other["error"], len(other["events"]), span.is_recording()) == (True, 1, False)


def test_a_recorded_exception_fails_nothing(otel: trace.Tracer, finished: Any) -> None:
    span = otel.start_span("work")
    span.record_exception(ValueError("seen"), {"exception.message": "mine", "more": 1}, timestamp=5)
    span.end()
    found = only(finished())
    assert (found["error"], found["failure"][0]) == (False, "ValueError")
    _, told = found["events"][0]
    assert told["exception.message"] == "mine"
    assert told["more"] == 1


STATUSES = [
    ([StatusCode.ERROR], True),
    ([StatusCode.OK], False),
    ([StatusCode.ERROR, StatusCode.UNSET], True),
    ([StatusCode.ERROR, StatusCode.OK], False),
    ([StatusCode.OK, StatusCode.ERROR], False),
    ([StatusCode.UNSET], False),
]


@pytest.mark.parametrize(("codes", "error"), STATUSES)
def test_statuses(otel: trace.Tracer, finished: Any, codes: list[StatusCode], error: bool) -> None:
    span = otel.start_span("work")
    for code in codes:
        span.set_status(code)
    span.end()
    assert only(finished())["error"] is error


def test_a_status_tells_why(otel: trace.Tracer, finished: Any) -> None:
    span = otel.start_span("work")
    span.set_status(Status(StatusCode.ERROR, "broken"))
    span.end()
    found = only(finished())
    assert (found["error"], found["failure"][1]) == (True, "broken")


def test_events_and_links(otel: trace.Tracer, finished: Any) -> None:
    other = otel.start_span("other")
    other.end()
    remote = SpanContext(5, 7, True, TraceFlags(1), trace.TraceState([("rojo", "1")]))
    span = otel.start_span("work", links=[Link(other.get_span_context(), {"why": "first"})])
    span.add_link(remote, {"why": "second"})
    span.add_link(trace.INVALID_SPAN_CONTEXT)
    span.add_event("paid", {"sum": 12}, timestamp=1_700_000_000_000_000_001)
    span.end()
    found = finished()[1]
    assert found["events"] == [("paid", {"sum": 12})]
    told = other.get_span_context()
    assert found["links"] == [(told.trace_id, told.span_id), (5, 7)]


def test_headers_go_out_in_all_formats(otel: trace.Tracer) -> None:
    headers: dict[str, str] = {}
    propagate.inject(headers)
    assert headers == {}
    with otel.start_as_current_span("work") as span:
        token = context.attach(baggage.set_baggage("user", "7"))
        propagate.inject(headers)
        context.detach(token)
    told = span.get_span_context()
    assert headers["traceparent"] == f"00-{told.trace_id:032x}-{told.span_id:016x}-01"
    assert headers["x-datadog-parent-id"] == str(told.span_id)
    assert headers["baggage"] == "user=7"


def test_headers_come_in(otel: trace.Tracer, finished: Any) -> None:
    headers = {"traceparent": PARENT, "tracestate": "rojo=1,dd=s:2;o:rum", "baggage": "user=7"}
    found = propagate.extract(headers)
    told = trace.get_current_span(found).get_span_context()
    assert (told.is_remote, f"{told.span_id:016x}", told.trace_state.get("rojo")) == (True, "b7ad6b7169203331", "1")
    assert baggage.get_baggage("user", found) == "7"
    with otel.start_as_current_span("work", context=found) as span:
        assert span.get_span_context().trace_state.get("rojo") == "1"
        active = vedette.current_span()
        assert active is not None
        assert (active.sampling_priority, active.baggage) == (2, {"user": "7"})
        assert baggage.get_baggage("user") == "7"
    assert f"{only(finished())['parent_id']:016x}" == "b7ad6b7169203331"


def test_headers_of_datadog_come_in(otel: trace.Tracer, finished: Any) -> None:
    found = propagate.extract({"x-datadog-trace-id": "5", "x-datadog-parent-id": "7", "x-datadog-origin": "rum"})
    otel.start_span("work", context=found).end()
    span = only(finished())
    assert (span["trace_id"], span["parent_id"]) == (5, 7)


@pytest.mark.parametrize("headers", [{}, {"traceparent": "nonsense"}, {"baggage": "%%%"}, {"b3": "1-2-3-4-5-6"}])
def test_headers_that_tell_nothing(otel: trace.Tracer, headers: dict[str, str]) -> None:
    found = propagate.extract(headers)
    assert trace.get_current_span(found) is trace.INVALID_SPAN


def test_a_parent_of_anybodys(otel: trace.Tracer, finished: Any) -> None:
    remote = SpanContext(0xAB << 64 | 5, 7, True, TraceFlags(0), trace.TraceState([("rojo", "1")]))
    token = context.attach(trace.set_span_in_context(NonRecordingSpan(remote)))
    with otel.start_as_current_span("work") as span:
        told = span.get_span_context()
        assert (told.trace_id, told.trace_flags.sampled) == (remote.trace_id, False)
    context.detach(token)
    assert only(finished())["parent_id"] == 7


def test_what_is_no_attribute_is_left_out(otel: trace.Tracer, finished: Any) -> None:
    span = otel.start_span("work", attributes={"none": None, "": 1, "fine": 1})
    span.add_event("odd", {"object": object})  # type: ignore[dict-item]
    span.end(None)
    assert only(finished())["attributes"] == {"fine": 1}


def run(script: str, **settings: str) -> str:
    """What a process of its own prints."""
    env = {key: value for key, value in os.environ.items() if not key.startswith(("VEDETTE_", "DD_", "OTEL_"))}
    env["VEDETTE_STARTUP_LOGS"] = "false"
    done = subprocess.run([sys.executable, "-c", script], env={**env, **settings}, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout.strip()


BEFORE = """
import vedette
vedette.start(in_memory=True, instrument=False)
"""
MODULE = """
from opentelemetry import trace
tracer = trace.get_tracer("module")
"""
TELL = """
span = tracer.start_span("x")
print(type(span).__module__, span.is_recording())
"""
OF_THE_APPLICATION = """
class Provider(trace.TracerProvider):
    def get_tracer(self, *args, **kwargs):
        return trace.NoOpTracer()
trace.set_tracer_provider(Provider())
"""


@pytest.mark.parametrize("script", [BEFORE + MODULE, MODULE + BEFORE])
def test_whatever_the_order_of_imports(script: str) -> None:
    assert run(script + TELL) == "vedette.opentelemetry.span True"


@pytest.mark.parametrize("name", ["VEDETTE_OTEL_API", "DD_TRACE_OTEL_ENABLED"])
def test_switched_off(name: str) -> None:
    assert run(BEFORE + MODULE + TELL, **{name: "false"}) == "opentelemetry.trace.span False"
    assert run(BEFORE + MODULE + TELL, OTEL_SDK_DISABLED="true") == "opentelemetry.trace.span False"


def test_not_imported_where_the_application_does_not() -> None:
    assert run(BEFORE + "import sys; print('opentelemetry' in sys.modules)") == "False"


@pytest.mark.parametrize("script", [BEFORE + MODULE, MODULE + BEFORE])
def test_a_provider_of_the_application_wins(script: str) -> None:
    given = "with vedette.tracer.span('ours'): print(trace.get_current_span() is trace.INVALID_SPAN)\n"
    assert run(script + OF_THE_APPLICATION + TELL + given) == "opentelemetry.trace.span False\nTrue"
    assert run(MODULE + OF_THE_APPLICATION + BEFORE + TELL + given) == "opentelemetry.trace.span False\nTrue"


def test_stopping_gives_the_api_back() -> None:
    script = BEFORE + MODULE + "vedette.stop()\n" + TELL + "print(trace.get_tracer_provider())"
    assert run(script).startswith("opentelemetry.trace.span False\n<opentelemetry.trace.ProxyTracerProvider")
