"""`vedette remote`: what an operator types reaches the agent, and what the agent refuses is one line."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from tests.agent.test_process import running
from vedette.cli.remote import command


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The data folder of a running agent."""
    path = tmp_path_factory.mktemp("agent")
    with running("--data", str(path)):
        yield path


@pytest.fixture
def run(folder: Path) -> Any:
    """Runs the command against it."""

    def invoke(*words: str, **more: Any) -> Result:
        return CliRunner().invoke(command, ["--data", str(folder), *words], **more)

    return invoke


def kept(run: Any, kind: str) -> list[Any]:
    """Ids of what is wanted."""
    return [item["id"] for item in json.loads(run("list", kind, "--json").output)]


def test_entries_are_denied_and_removed(run: Any) -> None:
    assert (
        run("deny", "203.0.113.7", "198.51.100.0/24", "--for", "7d", "--note", "scans").output == "2 entries are kept\n"
    )
    assert run("deny", "--from", "-", "--kind", "user", input="mallory # why\n\n# nobody\n").exit_code == 0
    assert (kept(run, "address"), kept(run, "user")) == (["198.51.100.0/24", "203.0.113.7"], ["mallory"])
    assert "scans" in run("list").output
    assert run("remove", "address", "198.51.100.0/24").exit_code == 0
    assert kept(run, "address") == ["203.0.113.7"]
    gone = run("remove", "address", "198.51.100.0/24")
    assert (gone.exit_code, gone.stderr) == (1, "vedette remote: there is no such thing\n")


def test_what_was_for_a_time_does_not_become_for_ever(run: Any) -> None:
    run("set", "settings", "settings", '{"sample_rate": 0.5}', "--service", "till", "--for", "1h", "--note", "sale")
    before = next(one for one in json.loads(run("list", "settings", "--json").output) if one["service"] == "till")
    assert " until 20" in run("mode", "block", "--service", "till").output
    after = next(one for one in json.loads(run("list", "settings", "--json").output) if one["service"] == "till")
    assert (after["expires"], after["note"]) == (before["expires"], "sale")
    assert after["value"] == {"sample_rate": 0.5, "protection": "block"}
    run("remove", "settings", "settings", "--service", "till")


def test_the_mode_is_switched_and_given_back(run: Any) -> None:
    run("set", "settings", "settings", '{"sample_rate": 0.5}', "--service", "shop")
    assert run("mode", "block", "--service", "shop").output == "protection is block for shop\n"
    (item,) = json.loads(run("list", "settings", "--json").output)
    assert item["value"] == {"sample_rate": 0.5, "protection": "block"}
    run("mode", "default", "--service", "shop")
    (item,) = json.loads(run("list", "settings", "--json").output)
    assert item["value"] == {"sample_rate": 0.5}
    run("mode", "off")
    run("mode", "default")
    assert len(kept(run, "settings")) == 1


def test_values_come_from_files_too(run: Any, tmp_path: Path) -> None:
    rule = {"conditions": [{"operator": "exists", "parameters": {"inputs": [{"address": "usr.id"}]}}]}
    (tmp_path / "rule.json").write_text(json.dumps(rule))
    assert run("set", "custom-rule", "own-1", f"@{tmp_path / 'rule.json'}").exit_code == 0
    assert kept(run, "custom-rule") == ["own-1"]


def test_what_makes_no_sense_is_told(run: Any, tmp_path: Path) -> None:
    for words, said in (
        (("deny", "nowhere"), "nowhere"),
        (("set", "rule", "r", '{"mode": "explode"}'), "mode"),
        (("set", "nothing", "r"), "kind"),
    ):
        result = run(*words)
        assert (result.exit_code, said in result.stderr) == (1, True), result.stderr
    for words in (("deny",), ("deny", "203.0.113.7", "--for", "long"), ("set", "rule", "r", "{"), ("mode", "loud")):
        assert run(*words).exit_code == 2


def test_without_agent_or_token(folder: Path, tmp_path: Path) -> None:
    nobody = CliRunner().invoke(command, ["--agent", "http://127.0.0.1:9", "--data", str(tmp_path), "status"])
    assert nobody.exit_code == 1
    assert "no agent answers" in nobody.stderr
    url = json.loads((folder / "agent.json").read_text())["url"]
    other = CliRunner().invoke(command, ["--agent", url, "--data", str(tmp_path), "deny", "203.0.113.7"])
    assert other.exit_code == 1
    assert "token" in other.stderr


def test_status_and_key(run: Any) -> None:
    assert run("status").exit_code == 0
    told = json.loads(run("status", "--json").output)
    assert run("key").output.strip() == told["key"]
