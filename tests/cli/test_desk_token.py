"""Who is shown the agent's token."""

from __future__ import annotations

from pathlib import Path

import pytest

from vedette.agent import client
from vedette.cli import _desk


@pytest.mark.parametrize(
    ("url", "told"),
    [("http://127.0.0.1:9", "t0k"), ("http://[::1]:9", "t0k"), (None, "t0k"), ("http://192.0.2.7:8126", "")],
)
def test_the_token_stays_on_this_machine(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, url: str | None, told: str
) -> None:
    (tmp_path / "token").write_text("t0k\n", encoding="ascii")
    monkeypatch.delenv("VEDETTE_AGENT_TOKEN", raising=False)
    for module in (_desk, client):
        monkeypatch.setattr(module, "default_data_folder", lambda: tmp_path)
    assert _desk.Desk(url, None)._token == told


def test_a_folder_that_is_named_gives_its_token(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "token").write_text("t0k\n", encoding="ascii")
    monkeypatch.delenv("VEDETTE_AGENT_TOKEN", raising=False)
    assert _desk.Desk("http://192.0.2.7:8126", tmp_path)._token == "t0k"
