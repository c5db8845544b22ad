"""The tables of docs/migration.md: variables are understood, code on the right-hand side runs."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

from tests.docs.pages import DOCS, read
from tests.journeys.play import clean_environment
from vedette.settings.options import OPTIONS

PAGE = read("migration.md")
ALIASES = {getattr(alias, "name", alias) for option in OPTIONS.values() for alias in option.aliases}
NAMED = set(re.findall(r"`((?:DD|OTEL)_[A-Z_]+)[=`]", PAGE))
ROWS = re.findall(r"^\| (.+?) \| (.+) \|$", PAGE, re.MULTILINE)
CODE = """
import vedette

vedette.start()
headers, name, value, user, error = {}, "basket.items", 3, "al", ValueError("no")
with vedette.tracer.span("around") as span:
"""


def pieces() -> list[str]:
    """What the right-hand columns tell to write, as it stands there but for `...`."""
    told = [piece for _, right in ROWS for piece in re.findall(r"`([^`]+)`", right)]
    code = [piece for piece in told if re.match(r"@?vedette\.|span\.|import ", piece)]
    return [re.sub(r"=(?=[,)])", '="x"', re.sub(r'"?\.\.\."?', '"x"', piece)) for piece in code]


def test_variables_are_those_of_the_others() -> None:
    assert len(NAMED) >= 14
    assert NAMED <= ALIASES


def test_the_code_runs(tmp_path: Path) -> None:
    after = "\n    def decorated(): pass"
    lines = [f"    {piece}{after if piece.startswith('@') else ''}" for piece in pieces()]
    assert len(lines) >= 12
    environ = {**clean_environment(), "PYTHONPATH": str(DOCS.parent / "src"), "VEDETTE_EXPORTERS": "none"}
    program = CODE + "\n".join(lines).replace('"""', '"')
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=tmp_path,
        env=environ,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
