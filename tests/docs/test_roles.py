"""The commands and snippets of docs/roles, and what they lead to."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.docs.pages import DOCS, read
from tests.docs.test_servers import FILES
from tests.journeys.play import clean_environment

PAGES = sorted(path.name for path in (DOCS / "roles").glob("*.md"))
QUICK = ("rules list", "rules test", "config --strict", "doctor --json")
ELSEWHERE = (
    "pip install",
    "vedette run",
    "vedette tail",
    "vedette doctor -- ",
    "vedette integrations",
    "pytest --vedette",
)
"""What other tests run: of frameworks and servers, of these commands, of the plug-in."""


def commands(page: str) -> list[str]:
    blocks = re.findall(r"```console\n(.*?)```", read(f"roles/{page}"), re.DOTALL)
    return [line[2:] for block in blocks for line in block.splitlines() if line.startswith("$ ")]


def test_every_command_is_tried_here_or_elsewhere() -> None:
    tried = {f"vedette {quick}" for quick in QUICK}
    all_of_them = {command for page in PAGES for command in commands(page)}
    assert {each for each in all_of_them - tried if not each.startswith(ELSEWHERE)} == set()
    assert tried <= all_of_them


@pytest.mark.parametrize("command", QUICK)
def test_commands(command: str, tmp_path: Path) -> None:
    (tmp_path / "shop.py").write_text(FILES["shop.py"])
    environ = {**clean_environment(), "PYTHONPATH": str(DOCS.parent / "src"), "VEDETTE_SERVICE": "shop"}
    words = [sys.executable, "-m", "vedette", *command.split()]
    done = subprocess.run(words, cwd=tmp_path, env=environ, capture_output=True, text=True, timeout=100, check=False)
    expected = (0, 1) if command.startswith("doctor") else (0,)  # there is no agent here
    assert done.returncode in expected, done.stdout + done.stderr
    assert done.stdout


@pytest.mark.parametrize("page", PAGES)
def test_snippets_and_pictures(page: str, tmp_path: Path) -> None:
    environ = {**clean_environment(), "PYTHONPATH": str(DOCS.parent / "src"), "VEDETTE_EXPORTERS": "none"}
    for snippet in re.findall(r"```python\n(.*?)```", read(f"roles/{page}"), re.DOTALL):
        code = "import vedette\nvedette.start()\nwith vedette.tracer.span('around'):\n" + "".join(
            f"    {line}\n" for line in snippet.splitlines()
        )
        subprocess.run([sys.executable, "-c", code], cwd=tmp_path, env=environ, check=True, timeout=60)
    for picture in re.findall(r"!\[[^\]]*\]\(([^)#]+)", read(f"roles/{page}")):
        assert os.path.exists(DOCS / "roles" / picture), picture
