"""The page of figures says what `benchmarks/run.py --docs` wrote, and nothing else."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from benchmarks.promise import Promise
from benchmarks.table import Row


@pytest.fixture
def overhead(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    from tools.generate import overhead as generator  # puts the folder of generators on the path first

    monkeypatch.setattr(generator, "RESULTS", tmp_path / "benchmarks.json")
    return generator


def text(overhead) -> str:
    (made,) = overhead.page().values()
    return made


def test_without_figures_it_says_so(overhead) -> None:
    assert "Nobody has measured" in text(overhead)
    assert "|" not in text(overhead)


def test_every_figure_is_there(overhead) -> None:
    promise = Promise("seconds", "A request of Flask", "µs", 1 / 8, 1 / 20, 1e6, added=True)
    measured = [
        Row("flask", promise, 410.4, {"vedette": 40.0, "ddtrace": 800.0, "opentelemetry": 300.0}),
        Row("flask", promise, None, {"vedette": 9.876, "ddtrace": 3.0}),
    ]
    made = {"date": "2030-01-31", "rounds": 5, "versions": {"bare": "", "vedette": "1.0"}, "python": "3.13.1"}
    said = {**made, "machine": "x86_64", "cores": 2, "rows": [row.as_json() for row in measured]}
    overhead.RESULTS.write_text(json.dumps(said))
    page = text(overhead)
    assert "2030-01-31, 2 cores (x86_64), CPython 3.13.1, medians of 5 rounds; vedette 1.0." in page
    assert "| A request of Flask (added) | µs | 410 | 40 | 800 | 300 | 1/20 | 1/7.5 |" in page
    assert "| A request of Flask (added) | µs | - | 9.88 | 3.00 | - | 3.29 | - |" in page
