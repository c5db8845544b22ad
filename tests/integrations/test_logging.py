"""logging: records are correlated whatever factory, format or extra the application uses."""

from __future__ import annotations

import asyncio
import inspect
import logging
import pickle
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest

import vedette
from tests.integrations.correlated import expected, found
from vedette.instrument.families import correlation
from vedette.lifecycle import effective_settings
from vedette.lifecycle.identity import inferred_service

log = logging.getLogger("shop")


@pytest.fixture
def records() -> Iterator[list[logging.LogRecord]]:
    """What the logger `shop` handled."""
    kept: list[logging.LogRecord] = []
    handler = logging.Handler()
    handler.emit = kept.append  # type: ignore[method-assign]
    log.addHandler(handler)
    log.setLevel(logging.INFO)
    yield kept
    log.removeHandler(handler)


@pytest.fixture
def settings() -> Iterator[SimpleNamespace]:
    """Other settings for the correlation, until the test's end."""
    changed = SimpleNamespace(logs_injection=True, env="prod", version="1.2")
    correlation.configure(changed, "shop")
    yield changed
    correlation.configure(effective_settings(), inferred_service())


def test_records_carry_the_active_span(records: list[logging.LogRecord]) -> None:
    log.info("before")
    with vedette.tracer.span("outer"), vedette.tracer.span("inner") as span:
        log.info("within %s", "a span")
    assert [found(vars(record)) for record in records] == [expected(None), expected(span)]
    assert records[1].getMessage() == "within a span"


async def test_tasks_carry_their_own(records: list[logging.LogRecord]) -> None:
    async def work(number: int) -> vedette.Span:
        with vedette.tracer.span(f"task {number}") as span:
            await asyncio.sleep(0.01)
            log.info("task %d", number)
        return span

    spans = await asyncio.gather(*(work(number) for number in range(3)))
    assert {record.getMessage(): found(vars(record)) for record in records} == {
        f"task {number}": expected(span) for number, span in enumerate(spans)
    }


def test_formats_name_the_fields(records: list[logging.LogRecord]) -> None:
    with vedette.tracer.span("work") as span:
        log.info("hi")
    text = logging.Formatter("%(dd.trace_id)s %(dd.span_id)s %(message)s").format(records[0])
    assert text == f"{span.trace_id:032x} {span.span_id} hi"


def test_what_the_application_says_stays(records: list[logging.LogRecord]) -> None:
    log.info("hi", extra={"dd.trace_id": "mine", "tenant": "7"})
    assert found(vars(records[0])) == {**expected(None), "dd.trace_id": "mine"}
    assert vars(records[0])["tenant"] == "7"
    with pytest.raises(KeyError, match="overwrite"):
        log.info("hi", extra={"message": "mine"})


def test_factories_of_the_user(records: list[logging.LogRecord]) -> None:
    class Record(logging.LogRecord):
        pass

    before = logging.getLogRecordFactory()
    logging.setLogRecordFactory(Record)
    try:
        log.info("hi")
    finally:
        logging.setLogRecordFactory(before)
    assert type(records[0]) is Record
    assert found(vars(records[0])) == expected(None)


def test_the_caller_is_found(records: list[logging.LogRecord]) -> None:
    log.info("hi", stack_info=True)
    assert (records[0].funcName, records[0].filename) == ("test_the_caller_is_found", "test_logging.py")


def test_records_are_pickled(records: list[logging.LogRecord]) -> None:
    with vedette.tracer.span("work") as span:
        log.info("hi")
    assert found(vars(pickle.loads(pickle.dumps(records[0])))) == expected(span)


def test_the_process_is_named(records: list[logging.LogRecord], settings: Any) -> None:
    log.info("hi")
    assert found(vars(records[0])) == {
        "dd.trace_id": "0", "dd.span_id": "0", "dd.service": "shop", "dd.version": "1.2", "dd.env": "prod"
    }  # fmt: skip


def test_off_and_on_at_run_time(records: list[logging.LogRecord], settings: Any) -> None:
    settings.logs_injection = False
    with vedette.tracer.span("work") as span:
        log.info("off from the start")
        settings.logs_injection = True
        log.info("on")
        settings.logs_injection = False
        log.info("off: formats still find the fields")
    assert [found(vars(record)).get("dd.span_id") for record in records] == [None, str(span.span_id), "0"]


def test_ids_of_64_bits(records: list[logging.LogRecord]) -> None:
    context = vedette.extract({"x-datadog-trace-id": "123", "x-datadog-parent-id": "7"})
    with vedette.tracer.span("work", parent=context):
        log.info("hi")
    assert found(vars(records[0]))["dd.trace_id"] == "123"


def test_the_library_looks_as_before() -> None:
    assert inspect.isfunction(logging.Logger.makeRecord)
    assert list(inspect.signature(logging.Logger.makeRecord).parameters)[:4] == ["self", "name", "level", "fn"]
