"""Values that follow from several options: addresses, exporters, propagation styles."""

from __future__ import annotations

from typing import Any

import pytest

from vedette.settings import derived, load

CASES: list[tuple[dict[str, str], dict[str, Any]]] = [
    ({}, {"agent_url": "http://localhost:8126", "exporters": "datadog"}),
    ({"DD_AGENT_HOST": "::1"}, {"agent_url": "http://[::1]:8126"}),
    ({"DD_AGENT_HOST": "[::1]", "DD_TRACE_AGENT_PORT": "1"}, {"agent_url": "http://[::1]:1"}),
    ({"DD_TRACE_AGENT_URL": "unix:///a.sock", "DD_AGENT_HOST": "h"}, {"agent_url": "unix:///a.sock"}),
    ({"DD_TRACE_AGENT_URL": "http://a:1", "VEDETTE_AGENT_HOST": "b"}, {"agent_url": "http://b:8126"}),
    ({"DD_TRACE_AGENT_URL": "http://[::1]:8127"}, {"agent_url": "http://[::1]:8127"}),
    ({}, {"otlp_traces_endpoint": "http://localhost:4318/v1/traces"}),
    ({"DD_AGENT_HOST": "agent"}, {"otlp_traces_endpoint": "http://agent:4318/v1/traces", "exporters": "datadog"}),
    (
        {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://c:4318/"},
        {"otlp_traces_endpoint": "http://c:4318/v1/traces", "exporters": "otlp"},
    ),
    (
        {"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": "http://c:9/x"},
        {"otlp_traces_endpoint": "http://c:9/x", "exporters": "otlp"},
    ),
    ({"OTEL_EXPORTER_OTLP_ENDPOINT": "http://c:1", "VEDETTE_EXPORTERS": "datadog"}, {"exporters": "datadog"}),
    ({"OTEL_EXPORTER_OTLP_ENDPOINT": "http://c:1", "VEDETTE_EXPORTERS": "auto"}, {"exporters": "otlp"}),
    ({"OTEL_TRACES_EXPORTER": "otlp"}, {"exporters": "otlp"}),
    (
        {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://c:4317", "OTEL_EXPORTER_OTLP_PROTOCOL": "http/json"},
        {"otlp_traces_endpoint": "http://c:4317/v1/traces"},
    ),
    (
        {"DD_TRACE_PROPAGATION_STYLE": "b3"},
        {"propagation_style_extract": ("b3",), "propagation_style_inject": ("b3",)},
    ),
    (
        {"DD_TRACE_PROPAGATION_STYLE": "b3", "DD_TRACE_PROPAGATION_STYLE_INJECT": "datadog"},
        {"propagation_style_extract": ("b3",), "propagation_style_inject": ("datadog",)},
    ),
    (
        {"VEDETTE_PROPAGATION_STYLE": "b3", "DD_TRACE_PROPAGATION_STYLE_INJECT": "datadog"},
        {"propagation_style_inject": ("b3",)},
    ),
    ({"OTEL_PROPAGATORS": "none"}, {"propagation_style_extract": (), "propagation_style_inject": ()}),
]


@pytest.fixture(autouse=True)
def no_agent_socket(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(derived, "AGENT_SOCKET", "/nonexistent/apm.socket")


@pytest.mark.parametrize(("environ", "expected"), CASES)
def test_values_that_follow_from_others(environ: dict[str, str], expected: dict[str, Any]) -> None:
    settings = load(environ=environ, directory="/nonexistent", agent_directory="/nonexistent")
    assert {name: getattr(settings, name) for name in expected} == expected
    assert settings.problems == []


@pytest.mark.parametrize(
    "environ",
    [
        {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://c:4317"},
        {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://c:4317", "OTEL_EXPORTER_OTLP_PROTOCOL": "grpc"},
    ],
)
def test_the_port_of_grpc_gives_way_to_that_of_http_and_is_told(environ: dict[str, str]) -> None:
    settings = load(environ=environ, directory="/nonexistent", agent_directory="/nonexistent")
    assert settings.otlp_traces_endpoint == "http://c:4318/v1/traces"
    assert [problem.key for problem in settings.problems][-1] == "OTEL_EXPORTER_OTLP_ENDPOINT"


def test_the_agents_socket_is_used_where_it_is_and_nothing_is_configured(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Any
) -> None:
    monkeypatch.setattr(derived, "AGENT_SOCKET", str(tmp_path))
    assert load(environ={}, directory="/nonexistent").agent_url == f"unix://{tmp_path}"
    assert load(environ={"DD_AGENT_HOST": "h"}, directory="/nonexistent").agent_url == "http://h:8126"


def test_calculated_values_say_what_they_follow_from() -> None:
    settings = load(environ={"DD_AGENT_HOST": "h"}, directory="/nonexistent", agent_directory="/nonexistent")
    assert (settings.origin("agent_url").source, settings.origin("agent_url").key) == (
        "calculated",
        "agent_host, agent_port",
    )
