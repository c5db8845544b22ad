"""The project's file and the Datadog Agent's files: what is read, and that broken ones do no harm."""

from __future__ import annotations

import sys
from importlib.util import find_spec
from pathlib import Path

import pytest
import yaml  # type: ignore[import-untyped]
from hypothesis import given, settings
from hypothesis import strategies as st

from vedette.lifecycle.telemetry import entries
from vedette.settings import Settings, load
from vedette.settings.stable_file import parse
from vedette.settings.stable_paths import stable_paths

has_toml = find_spec("tomllib") or find_spec("tomli")
needs_toml = pytest.mark.skipif(not has_toml, reason="before Python 3.11 a TOML parser has to be installed")


def in_folder(folder: Path, environ: dict[str, str] | None = None) -> Settings:
    return load(environ=environ or {}, directory=str(folder), agent_directory=str(folder / "agent"))


@needs_toml
def test_vedette_toml(tmp_path: Path) -> None:
    (tmp_path / "vedette.toml").write_text(
        'service = "shop"\nsample-rate = 0.5\n[tags]\nteam = "core"\n[integrations]\nflask = false\n'
        '[integrations.redis]\nservice = "cache"\n'
    )
    settings = in_folder(tmp_path)
    assert (settings.service, settings.sample_rate, settings.tags) == ("shop", 0.5, {"team": "core"})
    assert settings.integration("flask").enabled is False
    assert settings.integration("redis").service == "cache"
    assert settings.origin("sample_rate").key == f"{tmp_path}/vedette.toml: sample_rate"
    assert settings.problems == []


@needs_toml
def test_the_table_in_pyproject(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text('[project]\nname = "x"\n[tool.vedette]\nservice = "shop"\n')
    assert in_folder(tmp_path).service == "shop"


@needs_toml
def test_vedette_toml_wins_over_pyproject_and_says_so(tmp_path: Path) -> None:
    (tmp_path / "vedette.toml").write_text('service = "a"\n')
    (tmp_path / "pyproject.toml").write_text('[tool.vedette]\nservice = "b"\nenv = "dev"\n')
    settings = in_folder(tmp_path)
    assert (settings.service, settings.env) == ("a", None)
    assert [problem.message for problem in settings.problems] == [
        "its [tool.vedette] has no effect beside vedette.toml"
    ]


BROKEN = {
    "syntax": b"service = ",
    "encoding": b"service = '\xff'",
    "empty key": b"= 1",
    "nul": b"\x00",
}


@needs_toml
@pytest.mark.parametrize("content", BROKEN.values(), ids=BROKEN)
def test_a_broken_file_is_told_and_ignored(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "vedette.toml").write_bytes(content)
    settings = in_folder(tmp_path, {"DD_SERVICE": "shop"})
    assert settings.service == "shop"
    assert [(problem.kind, problem.key) for problem in settings.problems] == [("file", f"{tmp_path}/vedette.toml")]


@needs_toml
def test_wrong_shapes_in_files_are_told(tmp_path: Path) -> None:
    (tmp_path / "vedette.toml").write_text('sevice = "a"\nservice = ["a"]\nenabled = 5\n')
    told = [(problem.key.rpartition(" ")[2], str(problem.suggestion)) for problem in in_folder(tmp_path).problems]
    assert told == [("sevice", "service"), ("service", "None"), ("enabled", "None")]


@needs_toml
def test_a_table_of_another_type_is_told(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text("[tool]\nvedette = 5  # tool.vedette\n")
    assert [problem.message for problem in in_folder(tmp_path).problems] == ["ignored: [tool.vedette] is not a table"]


@pytest.mark.parametrize("name", ["vedette.toml", "pyproject.toml"])
def test_a_folder_in_place_of_a_file_does_no_harm(tmp_path: Path, name: str) -> None:
    (tmp_path / name).mkdir()
    assert [problem.kind for problem in in_folder(tmp_path).problems] == ["file"]


def test_a_project_file_without_our_table_costs_no_parser(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text("this is not even TOML")
    assert in_folder(tmp_path).problems == []


def test_a_file_is_told_where_there_is_no_parser(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "tomllib", None)
    monkeypatch.setitem(sys.modules, "tomli", None)
    (tmp_path / "vedette.toml").write_text('service = "shop"\n')
    assert [problem.message for problem in in_folder(tmp_path).problems] == [
        "not read: before Python 3.11 this needs the package tomli"
    ]


STABLE = {
    "": {},
    "apm_configuration_default:\n": {},
    "apm_configuration_default:\n  DD_ENV: prod\n": {"DD_ENV": "prod"},
    "apm_configuration_default:\r\n  DD_ENV: prod\r\n": {"DD_ENV": "prod"},
    "# c\no:\n  DD_ENV: x\napm_configuration_default: # c\n\n    DD_ENV: prod # c\n    # c\n    A: b#c\nlast: 1\n": {
        "DD_ENV": "prod",
        "A": "b#c",
    },
    'apm_configuration_default:\n  A: "x: \\"y\\" # z"  # c\n  B: \'it\'\'s\'\n  "C": true\n': {
        "A": 'x: "y" # z',
        "B": "it's",
        "C": "true",
    },
    'apm_configuration_default:\n  A: [{"sample_rate": 0.5}]\n': {"A": '[{"sample_rate": 0.5}]'},
    "apm_configuration_default:\n  A: http://h:1/x\n  B:\n": {"A": "http://h:1/x", "B": ""},
}


@pytest.mark.parametrize(("text", "variables"), STABLE.items())
def test_stable_files_are_understood(text: str, variables: dict[str, str]) -> None:
    assert parse(text) == variables


@pytest.mark.parametrize(
    "entry", ["  A", "  A: 'x", '  A: "x', "  A: |", "  A: 'x' y", "  A: b\n    C: d", "\tA: b", "  : b", "  - a"]
)
def test_what_is_not_understood_makes_a_stable_file_void(entry: str) -> None:
    with pytest.raises(ValueError, match=r"[a-z]"):
        parse("apm_configuration_default:\n" + entry)


PRINTABLE = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)


@settings(max_examples=300)
@given(st.dictionaries(st.from_regex(r"\A[A-Z][A-Z0-9_]{0,20}\Z"), PRINTABLE, max_size=5))
def test_what_a_yaml_library_writes_is_read_the_same(variables: dict[str, str]) -> None:
    breaks = any(character in value for value in variables.values() for character in "\n\x85\u2028\u2029")
    for style in ['"'] if breaks else ["'", '"']:  # within single quotes a value with a line break takes several lines
        section = yaml.safe_dump(variables, default_style=style, width=10**9, allow_unicode=True)
        lines = [f"  {line}\n" for line in section.split("\n") if line]
        assert parse("apm_configuration_default:\n" + "".join(lines if variables else [])) == variables


@settings(max_examples=300)
@given(
    st.text(max_size=200), st.sampled_from(["", "apm_configuration_default:\n ", 'apm_configuration_default:\n A: "'])
)
def test_any_text_is_read_or_refused(text: str, start: str) -> None:
    try:
        parsed = parse(start + text)
    except ValueError:
        return
    assert all(isinstance(part, str) for pair in parsed.items() for part in pair)


def test_a_broken_stable_file_is_told_and_ignored(tmp_path: Path) -> None:
    (tmp_path / "agent").mkdir()
    (tmp_path / "agent" / "application_monitoring.yaml").write_text("apm_configuration_default:\n  DD_ENV\n")
    settings = in_folder(tmp_path, {"DD_ENV": "dev"})
    assert (settings.env, [problem.kind for problem in settings.problems]) == ("dev", ["file"])


def test_telemetry_tells_the_name_of_a_fleet_file(tmp_path: Path) -> None:
    path = Path(stable_paths(str(tmp_path / "agent"))[1])
    path.parent.mkdir(parents=True)
    path.write_text("config_id: '12:ab'  # of the fleet\napm_configuration_default:\n  DD_ENV: prod\n")
    told = list(entries(in_folder(tmp_path, {"DD_ENV": "dev"}), ("env",)))
    assert [entry["origin"] for entry in told] == ["default", "env_var", "fleet_stable_config"]
    assert [entry.get("config_id") for entry in told] == [None, None, "12:ab"]


def test_unknown_keys_of_a_stable_file_are_skipped(tmp_path: Path) -> None:
    (tmp_path / "agent").mkdir()
    text = "apm_configuration_default:\n  DD_PROFILING_ENABLED: true\n  DD_TRACE_NONSENSE: 1\n  DD_ENV: prod\n"
    (tmp_path / "agent" / "application_monitoring.yaml").write_text(text)
    settings = in_folder(tmp_path)
    assert (settings.env, settings.problems) == ("prod", [])
