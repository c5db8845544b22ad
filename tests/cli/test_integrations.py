"""`vedette integrations`: what is told of each library, installed or not."""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
import venv
from importlib import metadata
from pathlib import Path
from typing import Any

import pytest

from tests.cli.launching import SOURCE
from tests.cli.test_config import vedette
from vedette.cli import integrations
from vedette.instrument.integration import Integration

KEYS = ["name", "distribution", "modules", "floor", "automatic", "installed", "status", "hooked", "reason"]
KEYS += ["evidence", "protection"]


def document(folder: Path, *arguments: str, **environ: str) -> dict[str, dict[str, Any]]:
    done = vedette(folder, "integrations", "--json", *arguments, **environ)
    assert (done.returncode, done.stderr) == (0, "")
    return {entry["name"]: entry for entry in json.loads(done.stdout)}


def made(floor: str | None = None, automatic: bool = True, distribution: str | None = "click") -> Integration:
    modules = ["click"] if distribution else ["json"]
    return Integration(
        "x", title="X", modules=modules, hooks=[], floor=floor, automatic=automatic, distribution=distribution
    )


def test_json_is_a_list_of_objects_with_all_keys(tmp_path: Path) -> None:
    entries = document(tmp_path)
    assert len(entries) >= 10
    assert all(list(entry) == KEYS for entry in entries.values())
    flask = entries["flask"]
    assert flask["installed"] == metadata.version("flask")
    assert (flask["distribution"], flask["modules"], flask["floor"]) == ("Flask", ["flask"], "0.10")
    assert (flask["automatic"], flask["status"]) == (True, "ready")
    assert "blocking" in flask["protection"]
    assert "flask.app:Flask.wsgi_app" in flask["hooked"]
    assert flask["reason"] == ""
    assert entries["urllib3"]["hooked"] is None
    assert entries["urllib3"]["reason"] == "asked for by VEDETTE_URLLIB3_ENABLED=true"
    assert entries["sqlite3"]["installed"] == platform.python_version()


def test_a_library_that_is_switched_off_is_told(tmp_path: Path) -> None:
    for switch in ({"DD_TRACE_FLASK_ENABLED": "false"}, {"VEDETTE_FLASK_ENABLED": "0"}):
        flask = document(tmp_path, "--no-import", **switch)["flask"]
        assert (flask["status"], flask["hooked"], flask["reason"]) == ("off", None, "switched off by a setting")


def test_every_installed_library_is_hooked_whole(tmp_path: Path) -> None:
    """Those that are asked for, too: in the versions of this environment nothing is missing."""
    entries = document(tmp_path, "--installed", VEDETTE_URLLIB3_ENABLED="1", VEDETTE_HTTP_CLIENT_ENABLED="1")
    told = {name: entry["reason"] for name, entry in entries.items() if entry["status"] == "incomplete"}
    assert told == {}
    assert len(entries["urllib3"]["hooked"]) == 3


def test_what_can_not_be_imported_or_hooked_is_told(tmp_path: Path) -> None:
    (tmp_path / "loguru").mkdir()
    (tmp_path / "loguru" / "__init__.py").write_text("print('hello')\nraise RuntimeError('no')\n")
    (tmp_path / "structlog.py").write_text("import os\nos._exit(3)\n")
    environ = {"PYTHONPATH": f"{tmp_path}{os.pathsep}{SOURCE}"}
    loguru = document(tmp_path, **environ)["loguru"]
    assert (loguru["status"], loguru["hooked"]) == ("incomplete", [])
    assert loguru["reason"] == "it can't be imported: RuntimeError('no')"
    structlog = document(tmp_path, **environ)["structlog"]
    assert structlog["reason"] == "its import ended the process, or took too long"


def test_markdown_and_table_have_a_row_for_each(tmp_path: Path) -> None:
    names = list(document(tmp_path, "--no-import"))
    markdown = vedette(tmp_path, "integrations", "--markdown", "--no-import").stdout.splitlines()
    assert [line.split("|")[1].strip() for line in markdown[2:]] == names
    table = vedette(tmp_path, "integrations", "--no-import").stdout.splitlines()
    assert [line.split()[0] for line in table[1:]] == names


@pytest.mark.parametrize(
    ("floor", "automatic", "installed", "enabled", "status"),
    [
        (None, True, "1.0", None, "ready"),
        ("1.0", True, "1.0", None, "ready"),
        ("1.0.1", True, "1.0", None, "below floor"),
        ("1.0.1", True, "1.0", True, "below floor"),
        (None, True, None, True, "not installed"),
        (None, True, "1.0", False, "off"),
        (None, False, "1.0", None, "not automatic"),
        (None, False, "1.0", True, "ready"),
    ],
)
def test_status(floor: str | None, automatic: bool, installed: str | None, enabled: bool | None, status: str) -> None:
    assert integrations.status_of(made(floor, automatic), installed, enabled) == status


def test_a_distribution_of_another_name_with_the_same_module_counts() -> None:
    assert integrations.installed_version(made(distribution="click-under-another-name")) == metadata.version("click")


def test_the_module_of_the_standard_library_has_pythons_version() -> None:
    assert integrations.installed_version(made(distribution=None)) == platform.python_version()


def test_evidence_is_told_in_short() -> None:
    rows = [("3.9", "1.10", "passed"), ("3.13", "1.9", "passed"), ("3.13", "0.1", "failed")]
    evidence = [{"python": python, "version": version, "result": result} for python, version, result in rows]
    assert integrations.tested(evidence) == "1.9 - 1.10 on 3.9 - 3.13"
    assert integrations.tested(evidence[:1]) == "1.10 on 3.9"
    assert integrations.tested(evidence[2:]) == ""


def test_nothing_needs_to_be_installed(tmp_path: Path) -> None:
    """An environment with Click and Rich alone: every library but those of Python itself is told as absent."""
    venv.create(tmp_path / "env", with_pip=False)
    packages = tmp_path / "packages"
    packages.mkdir()
    for distribution in ("click", "rich", "pygments", "markdown-it-py", "mdurl", "typing-extensions"):
        _link(distribution, packages)
    python = tmp_path / "env" / "bin" / "python"
    done = subprocess.run(
        [python, "-m", "vedette", "integrations", "--json", "--no-import"],
        env={"PYTHONPATH": f"{SOURCE}:{packages}"},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    entries = {entry["name"]: entry for entry in json.loads(done.stdout)}
    assert entries["flask"]["status"] == "not installed"
    assert entries["flask"]["installed"] is None
    assert entries["sqlite3"]["status"] == "ready"
    assert {entry["status"] for entry in entries.values() if entry["distribution"]} == {"not installed"}


def _link(distribution: str, folder: Path) -> None:
    try:
        files = metadata.files(distribution) or []
    except metadata.PackageNotFoundError:  # not needed by this Python
        return
    for top in {file.parts[0] for file in files if file.parts[0] not in ("..", "__pycache__")}:
        (folder / top).symlink_to(Path(sys.prefix, str(metadata.distribution(distribution).locate_file(top))))
