"""`vedette config`, and what all commands share: the list, unknown names, exit codes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.cli.launching import SOURCE


def vedette(folder: Path, *arguments: str, **environ: str) -> subprocess.CompletedProcess[str]:
    """The result of the command `vedette` in a folder, with no other options in the environment."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("VEDETTE_", "DD_", "OTEL_"))}
    return subprocess.run(
        [sys.executable, "-m", "vedette", *arguments],
        capture_output=True,
        text=True,
        cwd=folder,
        env={**kept, "PYTHONPATH": SOURCE, **environ},
        timeout=60,
        check=False,
    )


def document(folder: Path, *arguments: str, **environ: str) -> dict[str, Any]:
    done = vedette(folder, "config", "--json", *arguments, **environ)
    assert (done.returncode, done.stderr) == (0, "")
    parsed: dict[str, Any] = json.loads(done.stdout)
    return parsed


def test_values_and_their_sources_are_shown(tmp_path: Path) -> None:
    done = vedette(tmp_path, "config", DD_SERVICE="shop", VEDETTE_SAMPLE_RATE="0.5", DD_AGENT_HOST="agent")
    lines = [line.split() for line in done.stdout.splitlines()]
    assert (done.returncode, done.stderr) == (0, "")
    assert ["service", "shop", "DD_SERVICE"] in lines
    assert ["sample_rate", "0.5", "VEDETTE_SAMPLE_RATE"] in lines
    assert ["agent_url", "http://agent:8126", "from", "agent_host,", "agent_port"] in lines
    assert not any(line[:1] == ["rate_limit"] for line in lines)


def test_all_shows_the_defaults_too(tmp_path: Path) -> None:
    done = vedette(tmp_path, "config", "--all")
    lines = [line.split() for line in done.stdout.splitlines()]
    assert ["rate_limit", "100", "default"] in lines
    assert ["http_server_error_statuses", "500-599", "default"] in lines
    assert ["env", "-", "default"] in lines


def test_problems_come_last_with_suggestions(tmp_path: Path) -> None:
    done = vedette(tmp_path, "config", VEDETTE_SERVCIE="x", DD_TRACE_SAMPLE_RATE="much")
    assert done.stdout.splitlines()[-3:] == [
        "2 without effect, or not the one meant:",
        "  DD_TRACE_SAMPLE_RATE: expected a number; ignored",
        "  VEDETTE_SERVCIE: no such option, did you mean VEDETTE_SERVICE?",
    ]


def test_json_tells_value_source_and_what_was_overridden(tmp_path: Path) -> None:
    parsed = document(tmp_path, DD_SERVICE="shop", OTEL_SERVICE_NAME="cart", VEDETTE_TAGS="team:core")
    options = {option["name"]: option for option in parsed["options"]}
    assert options["service"] == {
        "name": "service",
        "value": "shop",
        "source": "env_var",
        "key": "DD_SERVICE",
        "overridden": [
            {"value": "cart", "source": "env_var", "key": "OTEL_SERVICE_NAME"},
            {"value": None, "source": "default", "key": ""},
        ],
    }
    assert options["tags"]["value"] == {"team": "core"}
    assert parsed["problems"] == []


def test_what_was_said_about_an_integration_is_shown(tmp_path: Path) -> None:
    done = vedette(tmp_path, "config", DD_TRACE_FLASK_ENABLED="false", VEDETTE_FLASK_SERVICE="front")
    lines = [line.split() for line in done.stdout.splitlines()]
    assert ["flask.enabled", "false", "DD_TRACE_FLASK_ENABLED"] in lines
    assert ["flask.service", "front", "VEDETTE_FLASK_SERVICE"] in lines


def test_an_integration_that_is_not_there_is_told(tmp_path: Path) -> None:
    parsed = document(tmp_path, VEDETTE_FLAKS_ENABLED="false", VEDETTE_INTEGRATIONS="flaks:off")
    assert [problem["suggestion"] for problem in parsed["problems"]] == ["VEDETTE_FLASK_ENABLED", "flask"]


def test_json_tells_problems(tmp_path: Path) -> None:
    parsed = document(tmp_path, "--all", DD_SERIVCE="x")
    assert parsed["problems"] == [
        {"kind": "unknown", "key": "DD_SERIVCE", "message": "no such option", "suggestion": "DD_SERVICE"}
    ]
    assert len(parsed["options"]) > 50


@pytest.mark.parametrize("form", [[], ["--json"], ["--all"]])
def test_no_secret_is_shown(tmp_path: Path, form: list[str]) -> None:
    secrets = {
        "OTEL_EXPORTER_OTLP_HEADERS": "api-key=s3cret",
        "VEDETTE_OTLP_HEADERS": "s3cret",
        "DD_TRACE_AGENT_URL": "http://me:s3cret@host:1",
        "DD_TAGS": "password:s3cret",
    }
    done = vedette(tmp_path, "config", *form, **secrets)
    assert done.returncode == 0
    assert "s3cret" not in done.stdout + done.stderr
    assert done.stdout.count("***") >= 3


@pytest.mark.parametrize(("environ", "code"), [({}, 0), ({"VEDETTE_SERVCIE": "x"}, 1)])
def test_strict_ends_with_1_if_there_are_problems(tmp_path: Path, environ: dict[str, str], code: int) -> None:
    assert vedette(tmp_path, "config", "--strict", **environ).returncode == code


def test_the_commands_are_listed(tmp_path: Path) -> None:
    done = vedette(tmp_path, "--help")
    lines = [line.strip() for line in done.stdout.splitlines()]
    assert done.returncode == 0
    summaries = {line.partition(" ")[0]: line.partition(" ")[2].strip() for line in lines}
    assert summaries["config"] == "Show every option in effect and where its value came from"
    assert summaries["run"].startswith("Run any command instrumented")


def test_without_a_command_the_list_is_shown_and_the_exit_code_is_2(tmp_path: Path) -> None:
    done = vedette(tmp_path)
    assert (done.returncode, done.stdout.splitlines()[0]) == (2, "usage: vedette COMMAND ...")


def test_an_unknown_command_is_told_with_a_suggestion(tmp_path: Path) -> None:
    done = vedette(tmp_path, "confgi")
    assert done.returncode == 2
    assert done.stderr == "vedette: no such command: confgi (did you mean config?); vedette --help lists them\n"


@pytest.mark.parametrize("name", ["_overview", "../run", "run.py", "__init__", ""])
def test_what_is_no_command_is_not_imported(tmp_path: Path, name: str) -> None:
    assert vedette(tmp_path, name).returncode == 2


def test_an_unknown_option_of_a_command_ends_with_2(tmp_path: Path) -> None:
    assert vedette(tmp_path, "config", "--nonsense").returncode == 2


def test_help_of_a_command(tmp_path: Path) -> None:
    done = vedette(tmp_path, "config", "--help")
    assert (done.returncode, done.stdout.splitlines()[0]) == (0, "Usage: vedette config [OPTIONS]")


def test_a_missing_package_is_told_with_what_to_install(tmp_path: Path) -> None:
    (tmp_path / "hidden").mkdir()
    (tmp_path / "hidden" / "click.py").write_text(
        "raise ModuleNotFoundError(\"No module named 'click'\", name='click')"
    )
    path = os.pathsep.join([str(tmp_path / "hidden"), SOURCE])
    done = vedette(tmp_path, "config", PYTHONPATH=path)
    assert done.returncode == 3
    assert done.stderr == 'vedette config needs the package click: pip install "vedette[cli]"\n'


def test_the_version_is_told(tmp_path: Path) -> None:
    assert vedette(tmp_path, "--version").stdout.startswith("vedette ")
