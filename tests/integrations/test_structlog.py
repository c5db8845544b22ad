"""structlog: events are correlated whatever processors and wrappers the application uses."""

from __future__ import annotations

import inspect
import logging
from collections.abc import Iterator
from typing import Any

import pytest
import structlog

import vedette
from tests.integrations.correlated import expected, found


@pytest.fixture(autouse=True)
def _defaults() -> Iterator[None]:
    structlog.reset_defaults()
    yield
    structlog.reset_defaults()


class Capture:
    """A processor that keeps what it sees and drops it."""

    def __init__(self) -> None:
        self.events: list[dict[str, Any]] = []

    def __call__(self, logger: Any, name: str, event: dict[str, Any]) -> Any:
        self.events.append(dict(event))
        raise structlog.DropEvent


def test_events_carry_the_active_span() -> None:
    capture = Capture()
    structlog.configure(processors=[capture])
    log = structlog.get_logger().bind(tenant="7")
    log.info("before")
    with vedette.tracer.span("work") as span:
        log.info("within", n=1)
    assert capture.events == [
        {"tenant": "7", "event": "before", **expected(None)},
        {"tenant": "7", "event": "within", "n": 1, **expected(span)},
    ]
    assert found(log._context) == {}


def test_processors_of_the_user_run_on_them() -> None:
    capture = Capture()

    def shorten(logger: Any, name: str, event: dict[str, Any]) -> dict[str, Any]:
        return {"trace": event.pop("dd.trace_id"), "event": event["event"]}

    structlog.configure(processors=[shorten, capture])
    with vedette.tracer.span("work") as span:
        structlog.get_logger().warning("hi")
    assert capture.events == [{"trace": f"{span.trace_id:032x}", "event": "hi"}]


def test_what_the_application_binds_stays() -> None:
    capture = Capture()
    log = structlog.wrap_logger(None, processors=[capture]).bind(**{"dd.service": "mine"})
    log.info("hi", **{"dd.env": "test"})
    assert capture.events == [{"event": "hi", **expected(None), "dd.service": "mine", "dd.env": "test"}]


def test_defaults_render_them(capsys: pytest.CaptureFixture[str]) -> None:
    with vedette.tracer.span("work") as span:
        structlog.get_logger().info("hi")
    assert str(span.span_id) in capsys.readouterr().out


def test_through_logging(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    structlog.configure(
        processors=[structlog.processors.JSONRenderer(sort_keys=True)],
        wrapper_class=structlog.stdlib.BoundLogger,
        logger_factory=structlog.stdlib.LoggerFactory(),
    )
    with vedette.tracer.span("work") as span:
        structlog.get_logger("shop").info("hi")
    assert f'"dd.span_id": "{span.span_id}"' in caplog.records[0].getMessage()
    assert found(vars(caplog.records[0])) == expected(span)


@pytest.mark.skipif(not hasattr(structlog, "make_filtering_bound_logger"), reason="came with 20.2")
def test_filtering_loggers() -> None:
    capture = Capture()
    structlog.configure(processors=[capture], wrapper_class=structlog.make_filtering_bound_logger(logging.INFO))
    structlog.get_logger().debug("no")
    structlog.get_logger().info("yes")
    assert capture.events == [{"event": "yes", **expected(None)}]


def test_the_library_looks_as_before() -> None:
    parameters = inspect.signature(structlog.BoundLoggerBase._process_event).parameters
    assert list(parameters) == ["self", "method_name", "event", "event_kw"]
