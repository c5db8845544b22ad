"""What the doctor starts, it ends."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import pytest

from vedette.cli._doctor import trial
from vedette.cli._doctor.checks import sampling
from vedette.cli._doctor.patient import Patient


def test_a_command_ends_when_the_doctor_is_interrupted(monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[subprocess.Popen[Any]] = []

    class Interrupted(subprocess.Popen[Any]):
        def wait(self, timeout: float | None = None) -> int:
            if not started:
                started.append(self)
                raise KeyboardInterrupt
            return super().wait(timeout)

    monkeypatch.setattr(subprocess, "Popen", Interrupted)
    with pytest.raises(KeyboardInterrupt):
        trial.patient_of([sys.executable, "-c", "import time; time.sleep(60)"], 30.0)
    assert started[0].poll() is not None


def test_a_trial_of_sampling_that_takes_too_long_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sampling, "PATIENCE", 0.001)
    assert list(sampling.check(Patient("here"))) == []
