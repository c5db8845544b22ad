"""Which source wins: every pair of sources, and what happens when the stronger one makes no sense."""

from __future__ import annotations

import sys
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest

from vedette.settings import Settings, load
from vedette.settings.stable_paths import stable_paths

Setup = dict[str, Any]

LOCAL, FLEET = stable_paths("agent")

# Source, and how it is given a value: strongest first.
SOURCES: dict[str, Setup] = {
    "code": {"code": {"version": "{}"}},
    "fleet file": {"files": {FLEET: "apm_configuration_default:\n  DD_VERSION: '{}'\n"}},
    "VEDETTE_VERSION": {"environ": {"VEDETTE_VERSION": "{}"}},
    "DD_VERSION": {"environ": {"DD_VERSION": "{}"}},
    "DD_TAGS": {"environ": {"DD_TAGS": "team:core,version:{}"}},
    "OTEL_RESOURCE_ATTRIBUTES": {"environ": {"OTEL_RESOURCE_ATTRIBUTES": "service.version={},region=eu"}},
    "vedette.toml": {"files": {"vedette.toml": 'version = "{}"\n'}},
    "local file": {"files": {LOCAL: "apm_configuration_default:\n  DD_VERSION: '{}'\n"}},
}


def filled(part: Any, value: str) -> Any:
    if isinstance(part, dict):
        return {key: filled(each, value) for key, each in part.items()}
    return part.replace("{}", value)


def loaded(folder: Path, *setups: Setup) -> Settings:
    """Settings with all of these sources in place."""
    code: dict[str, object] = {}
    environ: dict[str, str] = {}
    for setup in setups:
        code.update(setup.get("code", {}))
        environ.update(setup.get("environ", {}))
        for name, text in setup.get("files", {}).items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text(text)
    return load(code, environ, str(folder), agent_directory=str(folder / "agent"))


@pytest.mark.parametrize(("stronger", "weaker"), list(combinations(SOURCES, 2)))
def test_the_stronger_of_two_sources_wins(tmp_path: Path, stronger: str, weaker: str) -> None:
    if "vedette.toml" in (stronger, weaker) and sys.version_info < (3, 11):
        pytest.importorskip("tomli")
    settings = loaded(tmp_path, filled(SOURCES[weaker], "weak"), filled(SOURCES[stronger], "strong"))
    assert (settings.version, settings.problems) == ("strong", [])
    assert [origin.value for origin in settings.all_origins("version")] == [None, "weak", "strong"]


@pytest.mark.parametrize("source", SOURCES)
def test_each_source_is_named_as_the_origin(tmp_path: Path, source: str) -> None:
    if source == "vedette.toml" and sys.version_info < (3, 11):
        pytest.importorskip("tomli")
    settings = loaded(tmp_path, filled(SOURCES[source], "1.2"))
    origin = settings.origin("version")
    named = {"code": "code", "fleet file": "fleet_stable_config", "local file": "local_stable_config"}
    named["vedette.toml"] = "file"
    assert (origin.value, origin.source) == ("1.2", named.get(source, "env_var"))
    if origin.source == "env_var":
        assert (origin.key, origin.raw) == (source, SOURCES[source]["environ"][source].replace("{}", "1.2"))


RATES: dict[str, Setup] = {
    "sample_rate": {"code": {"sample_rate": "{}"}},
    "VEDETTE_SAMPLE_RATE": {"environ": {"VEDETTE_SAMPLE_RATE": "{}"}},
    "DD_TRACE_SAMPLE_RATE": {"environ": {"DD_TRACE_SAMPLE_RATE": "{}"}},
    "OTEL_TRACES_SAMPLER": {"environ": {"OTEL_TRACES_SAMPLER": "traceidratio", "OTEL_TRACES_SAMPLER_ARG": "{}"}},
}


@pytest.mark.parametrize(("stronger", "weaker"), list(combinations(RATES, 2)))
@pytest.mark.parametrize("nonsense", ["much", "1.5", "-1", "nan", "inf"])
def test_a_value_that_makes_no_sense_leaves_the_word_to_the_next_source(
    tmp_path: Path, stronger: str, weaker: str, nonsense: str
) -> None:
    settings = loaded(tmp_path, filled(RATES[weaker], "0.25"), filled(RATES[stronger], nonsense))
    assert settings.sample_rate == 0.25
    assert [(problem.kind, problem.key) for problem in settings.problems] == [("invalid", stronger)]


def test_without_any_source_the_default_stands(tmp_path: Path) -> None:
    settings = loaded(tmp_path)
    assert (settings.version, settings.origin("version").source, settings.problems) == (None, "default", [])


@pytest.mark.parametrize("blank", ["", " ", "\t"])
def test_an_empty_variable_counts_as_absent(tmp_path: Path, blank: str) -> None:
    settings = loaded(
        tmp_path, {"environ": {"VEDETTE_SERVICE": blank, "DD_SERVICE": "shop", "DD_TRACE_AGENT_URL": blank}}
    )
    assert (settings.service, settings.agent_url, settings.problems) == ("shop", "http://localhost:8126", [])


def test_an_empty_variable_counts_where_emptiness_means_something(tmp_path: Path) -> None:
    environ = {"VEDETTE_BAGGAGE_TAG_KEYS": "", "DD_TRACE_BAGGAGE_TAG_KEYS": "user.id"}
    environ["DD_TRACE_OBFUSCATION_QUERY_STRING_REGEXP"] = ""
    settings = loaded(tmp_path, {"environ": environ})
    assert (settings.baggage_tag_keys, settings.query_string_obfuscation) == ((), "")


def test_code_that_gives_none_says_nothing(tmp_path: Path) -> None:
    settings = loaded(tmp_path, {"code": {"service": None}, "environ": {"DD_SERVICE": "shop"}})
    assert settings.service == "shop"


def test_the_process_environment_is_read_when_none_is_given(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("VEDETTE_SERVICE", "from the process")
    monkeypatch.chdir(tmp_path)
    assert load().service == "from the process"


def test_a_working_directory_that_is_gone_does_no_harm(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "gone").mkdir()
    monkeypatch.chdir(tmp_path / "gone")
    (tmp_path / "gone").rmdir()
    assert load(environ={"DD_SERVICE": "shop"}).service == "shop"
