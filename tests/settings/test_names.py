"""Names that nobody reads are reported with what was probably meant, and others are left in peace."""

from __future__ import annotations

import pytest

from vedette.settings import load
from vedette.settings.names import one_edit_apart

INTEGRATIONS = {"flask": (), "redis": ("VEDETTE_REDIS_CMD_MAX_LENGTH", "DD_REDIS_CMD_MAX_LENGTH")}

REPORTED = [
    ("VEDETTE_SERVCIE", "unknown", "VEDETTE_SERVICE"),
    ("VEDETTE_TOTALLY_DIFFERENT_THING", "unknown", None),
    ("DD_SERIVCE", "unknown", "DD_SERVICE"),
    ("DD_SERVICES", "unknown", "DD_SERVICE"),
    ("DD_LOG_INJECTION", "unknown", "DD_LOGS_INJECTION"),
    ("DD_TRACE_SAMPLING_RULE", "unknown", "DD_TRACE_SAMPLING_RULES"),
    ("DD_TRACE_PROPAGATION_STYLES", "unknown", "DD_TRACE_PROPAGATION_STYLE"),
    ("DD_TRACE_SERVICE", "unknown", "DD_SERVICE"),
    ("DD_TRACE_SPAN_ATTRIBUTE_SCHEMA", "unsupported", None),
    ("OTEL_SERVICE_NAMES", "unknown", "OTEL_SERVICE_NAME"),
    ("VEDETTE_FLAKS_ENABLED", "unknown", "VEDETTE_FLASK_ENABLED"),
    ("DD_TRACE_FLAKS_ENABLED", "unknown", "DD_TRACE_FLASK_ENABLED"),
    ("DD_REDIS_CMD_MAX_LENGHT", "unknown", "DD_REDIS_CMD_MAX_LENGTH"),
]


@pytest.mark.parametrize(("name", "kind", "suggestion"), REPORTED)
def test_a_name_without_effect_is_reported(name: str, kind: str, suggestion: str | None) -> None:
    settings = load(environ={name: "x"}, directory="/nonexistent", integrations=INTEGRATIONS)
    assert [(each.kind, each.key, each.suggestion) for each in settings.problems] == [(kind, name, suggestion)]


@pytest.mark.parametrize(
    "name",
    [
        "DD_API_KEY",
        "DD_SITE",
        "DD_PROFILING_ENABLED",
        "OTEL_METRICS_EXPORTER",
        "OTEL_TRACES_SAMPLER_ARG",
        "VEDETTE_LAUNCHED",
        "VEDETTE_FLASK_SERVICE",
        "DD_TRACE_REDIS_ENABLED",
        "DD_REDIS_SERVICE",
        "VEDETTE_REDIS_CMD_MAX_LENGTH",
        "PATH",
        "dd_service",
    ],
)
def test_other_names_are_left_in_peace(name: str) -> None:
    assert load(environ={name: "1"}, directory="/nonexistent", integrations=INTEGRATIONS).problems == []


def test_without_a_list_of_integrations_a_name_that_may_belong_to_one_is_known() -> None:
    environ = {"VEDETTE_FOO_ENABLED": "1", "DD_TRACE_FOO_SERVICE": "x"}
    assert load(environ=environ, directory="/nonexistent").problems == []


def test_unknown_options_in_code_are_reported_under_their_name() -> None:
    settings = load({"sevice": "x", "sampling-rate": 1}, {}, "/nonexistent")
    assert [(each.key, each.suggestion) for each in settings.problems] == [
        ("sevice", "service"),
        ("sampling-rate", "sample_rate"),
    ]


def test_an_integration_that_is_not_there_is_reported() -> None:
    environ = {"VEDETTE_INTEGRATIONS": "flaks:off,redis:on,*:off", "DD_PATCH_MODULES": "zzz:true"}
    settings = load(environ=environ, directory="/nonexistent", integrations=INTEGRATIONS)
    assert [str(problem) for problem in settings.problems] == [
        "DD_PATCH_MODULES: no such integration: zzz",
        "VEDETTE_INTEGRATIONS: no such integration: flaks, did you mean flask?",
    ]


def test_problems_are_found_once() -> None:
    settings = load(environ={"VEDETTE_SERVCIE": "x"}, directory="/nonexistent")
    assert len(settings.problems) == len(settings.problems) == 1


EDITS = [
    ("abc", "abc", False),
    ("abc", "abd", True),
    ("abc", "abcd", True),
    ("abc", "bc", True),
    ("abc", "acb", True),
    ("abc", "bca", False),
    ("abc", "a", False),
    ("abc", "xyc", False),
    ("abcd", "badc", False),
    ("", "a", True),
]


@pytest.mark.parametrize(("left", "right", "near"), EDITS)
def test_one_edit(left: str, right: str, near: bool) -> None:
    assert one_edit_apart(left, right) is one_edit_apart(right, left) is near
