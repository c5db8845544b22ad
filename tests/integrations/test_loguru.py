"""Loguru: records are correlated whatever patchers, formats and handlers the application uses."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import loguru
import pytest

import vedette
from tests.integrations.correlated import expected, found

log = loguru.logger


@pytest.fixture
def messages() -> Iterator[list[Any]]:
    log.remove()
    messages: list[Any] = []
    log.add(messages.append, format="{message} {extra[dd.span_id]}")
    yield messages
    log.configure(handlers=[], patcher=lambda record: None)


def test_records_carry_the_active_span(messages: list[Any]) -> None:
    log.info("before")
    with vedette.tracer.span("work") as span:
        log.info("within")
    assert [found(message.record) for message in messages] == [expected(None), expected(span)]
    assert [found(message.record["extra"]) for message in messages] == [expected(None), expected(span)]
    assert messages[1] == f"within {span.span_id}\n"


def test_patchers_of_the_user_still_run(messages: list[Any]) -> None:
    def patch(record: Any) -> None:
        record["extra"]["tenant"] = "7"

    log.configure(patcher=patch)
    log.patch(lambda record: record["extra"].update(more=True)).info("hi")
    extra = messages[0].record["extra"]
    assert (extra["tenant"], extra["more"], found(extra)) == ("7", True, expected(None))


def test_what_the_application_binds_stays(messages: list[Any]) -> None:
    bound = log.bind(**{"dd.service": "mine"})
    bound.info("hi")
    assert found(messages[0].record["extra"]) == {**expected(None), "dd.service": "mine"}
    log.info("not bound")
    assert found(messages[1].record["extra"]) == expected(None)


def test_all_handlers_see_the_same(messages: list[Any]) -> None:
    lines: list[str] = []
    log.add(lines.append, serialize=True)
    log.add(lines.append, serialize=True, enqueue=True)
    with vedette.tracer.span("work") as span:
        log.info("hi")
    log.remove()
    assert [found(json.loads(line)["record"]["extra"]) for line in lines] == [expected(span)] * 2


def test_filters_of_the_user(messages: list[Any]) -> None:
    log.add(messages.append, filter=lambda record: False)
    log.info("hi")
    assert len(messages) == 1
