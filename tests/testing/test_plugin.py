"""The pytest plugin, in a pytest of its own: the example of the documentation."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.launching import SOURCE

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "testing.md").read_text()
EXAMPLE = re.search(r"```python\n(.*?)```", PAGE, re.DOTALL).group(1)  # type: ignore[union-attr]


@pytest.fixture
def played(tmp_path: Path):  # type: ignore[no-untyped-def]
    """`played(text, *options)`: what pytest says of a file with that text."""

    def play(text: str, *options: str) -> str:
        (tmp_path / "test_it.py").write_text(text)
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("VEDETTE_", "DD_", "PYTEST"))}
        command = [sys.executable, "-m", "pytest", "-p", "vedette.testing.plugin", "-p", "no:cacheprovider", "-rA"]
        done = subprocess.run(
            [*command, *options, "test_it.py"],
            cwd=tmp_path,
            env={**kept, "PYTHONPATH": SOURCE, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
            capture_output=True,
            text=True,
            check=False,
        )
        return done.stdout + done.stderr

    return play


def test_the_documented_example(played, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    said = played(EXAMPLE, "--vedette")
    assert "2 failed, 2 passed" in said, said
    assert "3 times, allowed are 1: select name from products where id = ?" in said
    assert "4 queries, allowed are 2" in said
    assert "sql_injection" in said
    assert "flask.request  GET /products" in said
    assert (tmp_path / "__snapshots__/test_it/test_spans_are_those_of_the_last_time.json").exists()


def test_snapshots_tell_what_changed(played) -> None:  # type: ignore[no-untyped-def]
    chosen = ("--vedette", "-k", "last_time")
    assert "1 passed" in played(EXAMPLE, *chosen)
    changed = EXAMPLE.replace("where id < 3", "where id < 2")
    assert "1 failed" in played(changed, *chosen)
    assert "1 passed" in played(changed, *chosen, "--vedette-update")
    assert "1 passed" in played(changed, *chosen)


def test_off_unless_asked_for(played) -> None:  # type: ignore[no-untyped-def]
    said = played(
        "import sys, pytest\n"
        "@pytest.fixture\ndef spans(): return 'mine'\n"
        "@pytest.mark.budget(queries=0)\n"
        "def test(spans): assert spans == 'mine' and 'vedette._native' not in sys.modules\n"
    )
    assert "1 passed" in said
    assert "Unknown" not in said


def test_what_is_at_work_already(played, monkeypatch: pytest.MonkeyPatch) -> None:  # type: ignore[no-untyped-def]
    said = played("def test(): pass", "--vedette", "-p", "vedette.auto")
    assert "without `vedette run`" in said
