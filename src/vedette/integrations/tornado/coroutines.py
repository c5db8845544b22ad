"""`gen.coroutine`: what a generator does after its first yield belongs to the span in which it began.

Since 5.0 the context comes along by itself. A refusal, which is no `Exception`, would leave the generator's future
without a result, and whoever waits for it waiting.
"""

from __future__ import annotations

import sys
from weakref import WeakKeyDictionary

from vedette.instrument.families.carrying import here, run_in
from vedette.operations import Refusal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from vedette.instrument import Call, Span

_BEGUN: WeakKeyDictionary[Any, Span] = WeakKeyDictionary()
"""Runners of the versions without contexts, and the spans in which they began."""


def made(call: Call) -> None:
    """A generator has yielded for the first time."""
    if sys.modules["tornado"].version_info < (5, 0):
        span = here()
        if span is not None:
            _BEGUN[call.instance] = span


def running(call: Call) -> None:
    """It goes on."""
    function = call.target
    span = _BEGUN.get(call.instance)
    if span is not None:
        call.target = lambda runner: run_in(span, _guarded, (function, runner), {})
    else:
        call.target = lambda runner: _guarded(function, runner)


def _guarded(function: Any, runner: Any) -> None:
    try:
        function(runner)
    except Refusal as refusal:
        future = runner.result_future
        if future is None:
            raise
        runner.finished = True
        runner.future = sys.modules["tornado.gen"]._null_future
        runner.result_future = None
        future.set_exception(refusal)
