"""The example of docs/remote-configuration.md does what the page says; its tables name what there is."""

from __future__ import annotations

import re
import urllib.error
from pathlib import Path
from typing import Any

import pytest

from tests.agent.test_process import running
from tests.docs.pages import example, read
from tests.remote.conftest import start  # noqa: F401  (a fixture)
from tests.remote.test_journey import Operator
from vedette.agent.remote.items import KINDS
from vedette.cli.remote import command
from vedette.remote.capabilities import ALWAYS, PROTECTED
from vedette.settings.options.remote import OPTIONS

PAGE = read("remote-configuration.md")


def test_the_example_denies_and_switches(tmp_path: Path, start: Any) -> None:  # noqa: F811
    said = example("remote-configuration.md")
    with running("--data", str(tmp_path)) as agent:
        operator = Operator(agent.page, tmp_path)
        app = start(agent.page)
        token = (tmp_path / "token").read_text().strip()
        said["switch"](agent.page, token, "shop", "block")
        said["deny"](agent.page, token, "203.0.113.7", 3_600, "scans")
        operator.change("PUT", "/api/remote/user/nobody")  # waits until all is in force
        assert [app.get("/", client=f"203.0.113.{n}")[0] for n in (7, 8)] == [403, 200]
        with pytest.raises(urllib.error.HTTPError):
            said["deny"](agent.page, "wrong", "203.0.113.7", 3_600)


def test_the_tables_name_what_there_is() -> None:
    for name in (*KINDS, *ALWAYS, *PROTECTED, *(option.variable for option in OPTIONS)):
        assert f"`{name}`" in PAGE, name
    for word in re.findall(r"^vedette remote (\w+)", PAGE, re.MULTILINE):
        assert word in command.commands, word
