"""Signals stay the application's, whatever vedette does to be heard before SIGTERM kills."""

from __future__ import annotations

import inspect
import os
import signal
import subprocess
import sys

import pytest

from vedette.lifecycle.signals import watch_signals

pytestmark = pytest.mark.skipif(os.name == "nt", reason="Windows has no signals of this kind")

DEFAULT_AGAIN = """
import os, signal, sys
import vedette
vedette.start(service="script", startup_logs=False)
signal.signal(signal.SIGTERM, lambda *_: None)
before = signal.signal(signal.SIGTERM, signal.SIG_DFL)
assert callable(before), before
assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL
with vedette.tracer.span("worked"):
    pass
before = signal.signal(signal.SIGTERM, signal.SIG_DFL)
assert before is signal.SIG_DFL and signal.getsignal(signal.SIGTERM) is signal.SIG_DFL
os.kill(os.getpid(), signal.SIGTERM)
"""


def test_signal_is_what_it_was() -> None:
    before, code = signal.signal, signal.signal.__code__
    signature = inspect.signature(signal.signal)
    undo = watch_signals()
    try:
        assert signal.signal is before
        assert inspect.signature(signal.signal) == signature
        with pytest.raises(TypeError):
            signal.signal(signal.SIGTERM, "no handler")  # type: ignore[arg-type]
        with pytest.raises(ValueError, match="out of range"):
            signal.signal(4_000, signal.SIG_DFL)
        earlier = signal.signal(signalnum=signal.SIGUSR1, handler=signal.SIG_IGN)
        assert signal.signal(signal.SIGUSR1, earlier) is signal.SIG_IGN
    finally:
        undo()
    assert signal.signal.__code__ is code


def test_a_default_that_is_set_again_kills_again() -> None:
    done = subprocess.run([sys.executable, "-c", DEFAULT_AGAIN], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (-signal.SIGTERM, "", "")
