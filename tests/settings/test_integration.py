"""On or off, service and own options of one integration."""

from __future__ import annotations

from typing import Any

import pytest

from vedette.settings import Option, load
from vedette.settings.integration import variables_of
from vedette.settings.kinds import BOOLEAN, COUNT

LENGTH = Option("cmd_max_length", COUNT, 1000, ("DD_REDIS_CMD_MAX_LENGTH",), "Characters of a command to keep.")

# Code, environment, whether redis is enabled.
ENABLED: list[tuple[dict[str, Any], dict[str, str], bool | None]] = [
    ({}, {}, None),
    ({}, {"VEDETTE_REDIS_ENABLED": "off"}, False),
    ({}, {"DD_TRACE_REDIS_ENABLED": "false"}, False),
    ({}, {"VEDETTE_INTEGRATIONS": "redis:off"}, False),
    ({}, {"VEDETTE_INTEGRATIONS": "redis"}, True),
    ({}, {"VEDETTE_INTEGRATIONS": "*:off"}, False),
    ({}, {"VEDETTE_INTEGRATIONS": "*:off,redis:on"}, True),
    ({}, {"VEDETTE_INTEGRATIONS": "*:off", "VEDETTE_REDIS_ENABLED": "on"}, True),
    ({}, {"VEDETTE_INTEGRATIONS": "redis:off", "VEDETTE_REDIS_ENABLED": "on"}, True),
    ({}, {"VEDETTE_INTEGRATIONS": "*:off", "DD_TRACE_REDIS_ENABLED": "true"}, False),
    ({}, {"VEDETTE_INTEGRATIONS": "redis:off", "DD_TRACE_REDIS_ENABLED": "true"}, False),
    ({}, {"DD_PATCH_MODULES": "redis:false"}, False),
    ({}, {"DD_PATCH_MODULES": "redis:true", "DD_TRACE_REDIS_ENABLED": "false"}, True),
    ({}, {"DD_PATCH_MODULES": "flask:false", "DD_TRACE_REDIS_ENABLED": "true"}, True),
    ({}, {"VEDETTE_REDIS_ENABLED": "on", "DD_PATCH_MODULES": "redis:false"}, True),
    ({}, {"VEDETTE_REDIS_ENABLED": "nonsense", "DD_TRACE_REDIS_ENABLED": "false"}, False),
    ({"integrations": {"redis": False}}, {"VEDETTE_REDIS_ENABLED": "on"}, False),
    ({"integrations": {"redis": {"enabled": False}}}, {"VEDETTE_REDIS_ENABLED": "on"}, False),
    ({"integrations": {"redis": {"service": "x"}}}, {"VEDETTE_REDIS_ENABLED": "on"}, True),
    ({}, {"VEDETTE_REDIS_PY_ENABLED": "off"}, False),
]


@pytest.mark.parametrize(("code", "environ", "enabled"), ENABLED)
def test_on_or_off(code: dict[str, Any], environ: dict[str, str], enabled: bool | None) -> None:
    settings = load(code, environ, "/nonexistent", agent_directory="/nonexistent")
    assert settings.integration("redis", "redis-py").enabled is enabled


SERVICE: list[tuple[dict[str, Any], dict[str, str], str | None]] = [
    ({}, {}, None),
    ({}, {"DD_REDIS_SERVICE": "a"}, "a"),
    ({}, {"DD_REDIS_SERVICE": "a", "VEDETTE_REDIS_SERVICE": "b"}, "b"),
    ({}, {"DD_REDIS_SERVICE": "a", "VEDETTE_REDIS_SERVICE": ""}, "a"),
    ({"integrations": {"redis": {"service": "c"}}}, {"VEDETTE_REDIS_SERVICE": "b"}, "c"),
]


@pytest.mark.parametrize(("code", "environ", "service"), SERVICE)
def test_service(code: dict[str, Any], environ: dict[str, str], service: str | None) -> None:
    assert load(code, environ, "/nonexistent").integration("redis").service == service


OWN: list[tuple[dict[str, Any], dict[str, str], int]] = [
    ({}, {}, 1000),
    ({}, {"VEDETTE_REDIS_CMD_MAX_LENGTH": "5"}, 5),
    ({}, {"DD_REDIS_CMD_MAX_LENGTH": "6"}, 6),
    ({}, {"VEDETTE_REDIS_CMD_MAX_LENGTH": "much", "DD_REDIS_CMD_MAX_LENGTH": "6"}, 6),
    ({"integrations": {"redis": {"cmd_max_length": 7}}}, {"VEDETTE_REDIS_CMD_MAX_LENGTH": "5"}, 7),
]


@pytest.mark.parametrize(("code", "environ", "length"), OWN)
def test_options_that_an_integration_declares(code: dict[str, Any], environ: dict[str, str], length: int) -> None:
    assert load(code, environ, "/nonexistent").integration("redis").option(LENGTH) == length


def test_a_wrong_value_is_told_once() -> None:
    settings = load(environ={"VEDETTE_REDIS_CMD_MAX_LENGTH": "much"}, directory="/nonexistent", integrations={})
    integration = settings.integration("redis")
    assert integration.option(LENGTH) == integration.option(LENGTH) == 1000
    told = [str(problem) for problem in settings.problems if problem.kind == "invalid"]
    assert told == ["VEDETTE_REDIS_CMD_MAX_LENGTH: expected a whole number; ignored"]


def test_an_option_without_a_default_may_have_no_value() -> None:
    option: Option[bool] = Option("trace_signals", BOOLEAN, None)
    assert load(environ={}, directory="/nonexistent").integration("flask").option(option) is None


def test_a_dotted_or_hyphenated_name_is_written_with_underscores() -> None:
    settings = load(environ={"VEDETTE_HTTP_CLIENT_ENABLED": "off"}, directory="/nonexistent")
    assert settings.integration("http.client").enabled is False


def test_in_an_alias_braces_stand_for_the_name() -> None:
    option = Option("limit", COUNT, 0, ("DD_{}_LIMIT",))
    settings = load(environ={"DD_HTTP_CLIENT_LIMIT": "7"}, directory="/nonexistent")
    assert settings.integration("http.client").option(option) == 7
    assert variables_of(option, ["http.client"]) == ["VEDETTE_HTTP_CLIENT_LIMIT", "DD_HTTP_CLIENT_LIMIT"]


def test_what_was_configured_is_told_with_its_origin() -> None:
    environ = {"DD_TRACE_REDIS_ENABLED": "true", "VEDETTE_REDIS_CMD_MAX_LENGTH": "5"}
    configured = load(environ=environ, directory="/nonexistent").integration("redis").configured([LENGTH])
    assert [(option.name, origin.value, origin.key) for option, origin in configured] == [
        ("enabled", True, "DD_TRACE_REDIS_ENABLED"),
        ("cmd_max_length", 5, "VEDETTE_REDIS_CMD_MAX_LENGTH"),
    ]
