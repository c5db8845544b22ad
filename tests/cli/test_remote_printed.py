"""What processes say of themselves is printed, never acted on by the terminal."""

from __future__ import annotations

from typing import Any

import pytest
from click.testing import CliRunner

from vedette.cli import _desk, remote

BELL = "\x1b]0;owned\x07"


def test_what_processes_say_has_no_power_over_the_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    config = {"state": "refused", "product": "ASM", "id": "a", "error": f"no rule {BELL}"}
    said = {"service": f"shop{BELL}", "env": "", "language": "python", "tracer_version": "1", "applied": 0}
    client: dict[str, Any] = {**said, "silent": False, "settled": True, "configs": [config], "refused": 1}
    monkeypatch.setattr(_desk.Desk, "ask", lambda *_, **__: {"clients": [client]})
    done = CliRunner().invoke(remote.command, ["status"])
    assert done.exit_code == 1
    assert "no rule" in done.output
    assert "\x1b" not in done.output
    assert "\x07" not in done.output
