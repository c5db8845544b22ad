"""The object that the rest of the library reads: fixed from outside, changed by remote configuration only."""

from __future__ import annotations

import subprocess
import sys

import pytest

from vedette.settings import OPTIONS, load
from vedette.settings.masking import masked


def test_settings_can_not_be_assigned() -> None:
    settings = load(environ={}, directory="/nonexistent")
    with pytest.raises(AttributeError, match="VEDETTE_SERVICE"):
        settings.service = "x"


def test_remote_configuration_stands_above_code_and_can_be_taken_back() -> None:
    settings = load({"sample_rate": 0.5}, {}, "/nonexistent")
    assert settings.apply_remote({"sample_rate": 0.1, "logs_injection": False}) == []
    assert (settings.sample_rate, settings.logs_injection) == (0.1, False)
    assert settings.origin("sample_rate").source == "remote_config"
    settings.apply_remote({"sample_rate": 0.2})
    assert [origin.value for origin in settings.all_origins("sample_rate")] == [None, 0.5, 0.2]
    settings.apply_remote({"sample_rate": None, "logs_injection": None})
    assert (settings.sample_rate, settings.logs_injection) == (0.5, True)
    assert settings.origin("sample_rate").source == "code"


def test_remote_configuration_that_can_not_be_applied_changes_nothing_and_is_told() -> None:
    settings = load({}, {"DD_SERVICE": "shop"}, "/nonexistent")
    told = settings.apply_remote({"service": "other", "sample_rate": "much", "nonsense": 1, "debug": None})
    assert sorted(problem.key for problem in told) == ["nonsense", "sample_rate", "service"]
    assert (settings.service, settings.sample_rate, settings.debug) == ("shop", None, False)
    assert settings.problems == []


def test_the_origin_of_a_name_that_is_no_option_is_a_key_error() -> None:
    with pytest.raises(KeyError):
        load(environ={}).origin("nonsense")


@pytest.mark.parametrize(
    ("option", "value", "shown"),
    [
        ("otlp_headers", {"api-key": "s3cret", "x": "y"}, {"api-key": "***", "x": "***"}),
        ("agent_url", "http://user:pass@host:1/a@b", "http://***@host:1/a@b"),
        ("agent_url", "http://host/a@b", "http://host/a@b"),
        ("git_repository_url", "https://token@host/x.git", "https://***@host/x.git"),
        ("tags", {"team": "core", "API_KEY": "s3cret"}, {"team": "core", "API_KEY": "***"}),
        ("http_server_error_statuses", ((500, 599),), [[500, 599]]),
        ("service", None, None),
    ],
)
def test_secrets_are_masked_where_values_are_shown(option: str, value: object, shown: object) -> None:
    assert masked(OPTIONS[option], value) == shown


def test_the_default_of_every_option_is_a_value_of_its_type() -> None:
    for option in OPTIONS.values():
        if option.default is not None:
            assert option.kind.parse(option.default) == option.default, option.name


def test_every_option_says_what_it_is() -> None:
    for option in OPTIONS.values():
        assert option.doc.endswith("."), option.name
        assert option.name == option.name.lower()


def test_loading_imports_nothing_slow() -> None:
    slow = "re json typing enum dataclasses pathlib inspect collections difflib logging"
    program = (
        "import sys; before = set(sys.modules); from vedette.settings import load; load(); "
        f"print(sorted(set({slow!r}.split()) & (set(sys.modules) - before)))"
    )
    # A stand-in for the package's front, whose imports are not those of the settings.
    package = __import__("vedette").__path__[0]
    front = (
        f"import sys, types; v = types.ModuleType('vedette'); v.__path__ = [{package!r}]; sys.modules['vedette'] = v; "
    )
    arguments = [sys.executable, "-S", "-c", front + program]
    done = subprocess.run(arguments, capture_output=True, text=True, check=True, timeout=60, cwd="/")
    assert done.stdout.strip() == "[]"
