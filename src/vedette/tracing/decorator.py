"""`tracer.span` as a decorator: each call of the function gets a span of its own."""

from __future__ import annotations

import functools
import inspect
from typing import TYPE_CHECKING, Any

from vedette import _native

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable, Generator


def decorate(template: dict[str, Any], function: Callable[..., Any]) -> Callable[..., Any]:
    """Wraps a function, coroutine function, generator or asynchronous generator function; stays the same kind.

    `template` holds the keyword arguments of `vedette.tracer.span`.
    """
    if inspect.iscoroutinefunction(function):
        return _coroutine(template, function)
    if inspect.isasyncgenfunction(function):
        return _async_generator(template, function)
    if inspect.isgeneratorfunction(function):
        return _generator(template, function)
    return _plain(template, function)


def _plain(template: dict[str, Any], function: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(function)
    def traced(*args: Any, **kwargs: Any) -> Any:
        with _native.span(**template):
            return function(*args, **kwargs)

    return traced


def _coroutine(template: dict[str, Any], function: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(function)
    async def traced(*args: Any, **kwargs: Any) -> Any:
        with _native.span(**template):
            return await function(*args, **kwargs)

    return traced


def _generator(template: dict[str, Any], function: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(function)
    def traced(*args: Any, **kwargs: Any) -> Generator[Any, Any, Any]:
        span = _native.span(**template)
        source = function(*args, **kwargs)
        return (yield from _Steps(span, source))

    return traced


class _Steps:
    """A generator whose steps run with a span active, which is left while the generator waits for its consumer."""

    __slots__ = ("_source", "_span")

    def __init__(self, span: _native.Span, source: Generator[Any, Any, Any]) -> None:
        self._span = span
        self._source = source

    def __iter__(self) -> _Steps:
        return self

    def __next__(self) -> Any:
        return self._step(self._source.__next__)

    def send(self, value: Any) -> Any:
        return self._step(self._source.send, value)

    def throw(self, *error: Any) -> Any:
        return self._step(self._source.throw, *error)

    def close(self) -> None:
        self._source.close()
        self._span.finish()

    def _step(self, step: Callable[..., Any], *values: Any) -> Any:
        self._span.activate()
        try:
            return step(*values)
        except StopIteration:
            self._span.finish()
            raise
        except BaseException as error:
            self._span.set_error(error)
            self._span.finish()
            raise
        finally:
            self._span.deactivate()


def _async_generator(template: dict[str, Any], function: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(function)
    async def traced(*args: Any, **kwargs: Any) -> AsyncGenerator[Any, Any]:
        span = _native.span(**template)
        source = function(*args, **kwargs)
        step: Callable[..., Any] = source.__anext__
        values: tuple[Any, ...] = ()
        try:
            while True:
                span.activate()
                try:
                    item = await step(*values)
                except StopAsyncIteration:
                    return
                except BaseException as error:
                    span.set_error(error)
                    raise
                finally:
                    span.deactivate()
                try:
                    sent = yield item
                    step, values = source.asend, (sent,)
                except GeneratorExit:
                    await source.aclose()
                    raise
                except BaseException as error:
                    step, values = source.athrow, (error,)
        finally:
            span.finish()

    return traced
