"""Generated files are as their generators would write them, and drift is told."""

from __future__ import annotations

from pathlib import Path

import pytest
from tools import generate

DRIFT = "run: python tools/generate.py write"


def test_nothing_is_out_of_date(capsys: pytest.CaptureFixture[str]) -> None:
    assert generate.check() == 0, capsys.readouterr().out


@pytest.fixture
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository with one generated file."""
    monkeypatch.setattr(generate, "ROOT", tmp_path)
    monkeypatch.setattr(generate, "GENERATORS", [lambda: {"docs/page.md": "one\ntwo\n"}])
    return tmp_path / "docs" / "page.md"


def test_a_missing_file_is_told_and_written(elsewhere: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert generate.check() == 1
    assert capsys.readouterr().out.splitlines()[0] == "docs/page.md is missing"
    assert generate.write() == 0
    assert elsewhere.read_text() == "one\ntwo\n"
    assert generate.check() == 0


def test_a_file_edited_by_hand_is_told_with_the_difference(elsewhere: Path, capsys: pytest.CaptureFixture[str]) -> None:
    elsewhere.parent.mkdir()
    elsewhere.write_text("one\nthree\n")
    assert generate.check() == 1
    told = capsys.readouterr().out
    assert "docs/page.md is out of date" in told
    assert "-three" in told
    assert "+two" in told
    assert DRIFT in told
    assert elsewhere.read_text() == "one\nthree\n", "check changes nothing"


@pytest.mark.parametrize("arguments", [[], ["both"], ["write", "check"]])
def test_other_arguments_are_refused(arguments: list[str]) -> None:
    assert generate.main(arguments) == 2


def test_nothing_is_written_while_declarations_cannot_be_read(
    elsewhere: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(generate.integrations, "all_are_declared", lambda: False)
    assert generate.write() == 1
    assert "nothing was written" in capsys.readouterr().out
    assert not elsewhere.exists()
