"""All of a hook's code stands on the first line of the function that it is put into, for tracebacks and tracers."""

from __future__ import annotations

import dis
import sys
import traceback
from types import FunctionType
from typing import Any

import pytest

SOURCE = """
import asyncio


def plain(number, *more, factor=1, **named):
    return number / 0


async def coroutine(number):
    return number / 0


def generator(number):
    yield number / 0


async def asynchronous(number):
    yield number / 0


async def walked():
    return [item async for item in asynchronous(1)]


CALLS = {
    "plain": lambda: plain(1, 2, factor=3, other=4),
    "coroutine": lambda: asyncio.run(coroutine(1)),
    "generator": lambda: list(generator(1)),
    "asynchronous": lambda: asyncio.run(walked()),
}
"""


@pytest.mark.parametrize("name", ["plain", "coroutine", "generator", "asynchronous"])
def test_one_line(library: Any, hook: Any, name: str) -> None:
    module = library(SOURCE)
    function: FunctionType = getattr(module, name)
    first = function.__code__.co_firstlineno
    hook(module, name)
    code = function.__code__
    assert code.co_firstlineno == first
    assert {line for _, line in dis.findlinestarts(code)} == {first}
    if sys.version_info >= (3, 10):
        assert {line for _, _, line in code.co_lines()} == {first}
        assert max(end for _, end, _ in code.co_lines()) == len(code.co_code)
    with pytest.raises(ZeroDivisionError) as raised:
        module.CALLS[name]()
    shown = [frame.lineno for frame in traceback.extract_tb(raised.value.__traceback__) if frame.name == name]
    assert first in shown  # the hook's, before the function's own
    assert first + 1 in shown
