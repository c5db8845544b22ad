"""The line of source that failed leaves the process with the stack, unless it is told to stay."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.journeys.play import clean_environment
from tests.services import recorder

PROGRAM = """
import vedette

vedette.start()
try:
    with vedette.tracer.span("basket.price"):
        price = {"lamp": 1}["cable"]  # the line
except KeyError:
    pass
"""


@pytest.mark.parametrize("wanted", [True, False])
def test_source_lines(wanted: bool, tmp_path: Path) -> None:
    (tmp_path / "shop.py").write_text(PROGRAM)
    with recorder.running() as backend:
        environ = {**clean_environment(), "VEDETTE_AGENT_URL": backend.url, "VEDETTE_SOURCE_LINES": str(wanted)}
        environ["PYTHONPATH"] = os.pathsep.join((str(Path(__file__).parents[2] / "src"), str(tmp_path)))
        subprocess.run([sys.executable, str(tmp_path / "shop.py")], env=environ, check=True, timeout=60)
        (span,) = backend.wait_for(lambda received: bool(received.spans)).spans
    lines = span["meta"]["error.stack"].splitlines()
    place = next(number for number, line in enumerate(lines) if "shop.py" in line)
    following = lines[place + 1].strip()
    assert (following == 'price = {"lamp": 1}["cable"]  # the line') is wanted
