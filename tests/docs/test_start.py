"""The snippets of docs/start.md run as they stand there."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.journeys.play import clean_environment

DOCS = Path(__file__).resolve().parents[2] / "docs"
SNIPPETS = re.findall(r"```python\n(.*?)```", (DOCS / "start.md").read_text(encoding="utf-8"), re.DOTALL)
ASKED = "\nanswer = app.test_client().get('/products/7')\nassert answer.json == {'name': 'lamp 7'}, answer.data\n"


@pytest.mark.parametrize("snippet", SNIPPETS, ids=range(len(SNIPPETS)))
def test_snippets(snippet: str, tmp_path: Path) -> None:
    text = snippet + (ASKED if "app = " in snippet else "")
    environ = {**clean_environment(), "PYTHONPATH": str(DOCS.parent / "src"), "VEDETTE_EXPORTERS": "none"}
    done = subprocess.run(
        [sys.executable, "-c", text], cwd=tmp_path, env=environ, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout) == (0, ""), done.stderr
