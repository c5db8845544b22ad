"""Loggers: what is written."""

from __future__ import annotations

import io
import logging
from typing import Any

from tests.contract.exercises.exercise import exercise, failure


@exercise("logging")
def logging_(_: Any) -> Any:
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    handler.setFormatter(logging.Formatter("%(levelname)s %(name)s %(message)s %(mine)s"))
    logger = logging.Logger("shop")
    logger.addHandler(handler)
    logger.warning("a %s", 1, extra={"mine": 2})
    return written.getvalue(), failure(logger.warning, "x", extra={"message": 1})


@exercise("structlog")
def structlog(_: Any) -> Any:
    import structlog as library

    seen: list[Any] = []

    def last(logger: Any, name: str, event: dict[str, Any]) -> str:
        seen.append((name, event["event"], event.get("mine")))
        return "line"

    library.wrap_logger(library.PrintLogger(io.StringIO()), processors=[last]).info("hello", mine=1)
    return seen


@exercise("loguru")
def loguru(_: Any) -> Any:
    from loguru import logger

    seen: list[str] = []
    sink = logger.add(seen.append, format="{level} {message} {extra[mine]}")
    logger.bind(mine=1).info("hello {}", 2)
    logger.remove(sink)
    return seen
