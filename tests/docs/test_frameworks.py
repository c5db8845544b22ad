"""The applications of docs/frameworks.md, each run by the command under it: its request is named as the page says."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.docs.pages import read
from tests.docs.test_servers import ask, words
from tests.journeys.play import clean_environment
from tests.services import process, recorder

PAGE = read("frameworks.md")
EXAMPLE = re.compile(
    r"`(\w+)\.py`[^`]*?(?:`[^`]+`[^`]*?)*?\n\n```python\n(.*?)```\n\n```console\n\$ (.*?)\n```", re.DOTALL
)


class Example(NamedTuple):
    """One application of the page."""

    name: str
    code: str
    command: str
    resource: str


def examples() -> Iterator[Example]:
    """In the order of the page; what the text after an example calls its trace, or the next one that does."""
    for found in EXAMPLE.finditer(PAGE):
        said = re.search(r"[Tt]he trace is `([^`]+)`", PAGE[found.end() :])
        assert said, found.group(1)
        yield Example(*found.groups(), said.group(1))


EXAMPLES = list(examples())


@pytest.fixture(scope="module")
def backend() -> Iterator[recorder.Recorder]:
    with recorder.running() as running:
        yield running


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.name)
def test_an_application(example: Example, tmp_path: Path, backend: recorder.Recorder) -> None:
    backend.clear()
    port = process.free_port()
    (tmp_path / f"{example.name}.py").write_text(example.code.replace("8000", str(port)), encoding="utf-8")
    environ = {**clean_environment(), "VEDETTE_AGENT_URL": backend.url}
    environ["PYTHONPATH"] = str(Path(__file__).parents[2] / "src")
    environ["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    with (tmp_path / "log").open("w+") as log:
        server = subprocess.Popen(
            words(example.command, port), cwd=tmp_path, env=environ, stdout=log, stderr=log, start_new_session=True
        )
        try:
            assert ask(f"http://127.0.0.1:{port}/products/7", server), (tmp_path / "log").read_text()
            seen = backend.wait_for(lambda received: any(span["type"] == "web" for span in received.spans), 15)
        finally:
            process.stop(server)
    named = {span["resource"] for span in seen.spans if span["type"] == "web"}
    assert named == {example.resource}, (tmp_path / "log").read_text()


def test_every_application_is_tried() -> None:
    assert len(EXAMPLES) == PAGE.count("```python") == PAGE.count("```console") == 13
