"""What each variable means: a case for every option, by each of its names."""

from __future__ import annotations

from typing import Any

import pytest

from vedette.settings import OPTIONS, Alias, load

RULES = '[{"service": "shop", "sample_rate": 0.5}]'
PARSED_RULES = ({"service": "shop", "sample_rate": 0.5},)

# Option: what is written in its own variable and in those with the same notation, and what it means.
OWN: dict[str, tuple[str, Any]] = {
    "enabled": ("false", False),
    "service": (" shop ", "shop"),
    "env": ("prod", "prod"),
    "version": ("1.2", "1.2"),
    "tags": ("team:core , url:http://x,:lost,empty", {"team": "core", "url": "http://x", "empty": ""}),
    "service_mapping": ("postgres:db, redis : cache", {"postgres": "db", "redis": "cache"}),
    "detail": ("FULL", "full"),
    "hostname": ("h1", "h1"),
    "report_hostname": ("1", True),
    "git_repository_url": ("git@host:shop.git", "git@host:shop.git"),
    "git_commit_sha": ("0123abc", "0123abc"),
    "process_tags": ("true", True),
    "agent_url": ("http://[::1]:9126/", "http://[::1]:9126"),
    "agent_host": ("agent", "agent"),
    "agent_port": ("9126", 9126),
    "exporters": ("both", "both"),
    "trace_api_version": ("v0.5", "v0.5"),
    "otlp_endpoint": ("http://collector:4318", "http://collector:4318"),
    "otlp_traces_endpoint": ("https://collector/x", "https://collector/x"),
    "otlp_logs_endpoint": ("https://collector/y", "https://collector/y"),
    "security_logs": ("false", False),
    "otlp_protocol": ("http/json", "http/json"),
    "otlp_headers": ("Api-Key=a%20b, x=1=2", {"api-key": "a b", "x": "1=2"}),
    "otlp_compression": ("gzip", "gzip"),
    "otlp_certificate": ("/etc/ca.pem", "/etc/ca.pem"),
    "send_timeout": ("0.5", 0.5),
    "queue_bytes": ("1000000", 1_000_000),
    "payload_bytes": ("1000000", 1_000_000),
    "stats": ("off", False),
    "trace_id_128_bit": ("no", False),
    "partial_flush": ("False", False),
    "partial_flush_min_spans": ("1", 1),
    "otel_api": ("0", False),
    "debug": ("yes", True),
    "startup_logs": ("false", False),
    "source_lines": ("false", False),
    "api_security": ("false", False),
    "api_security_sample_delay": ("2.5", 2.5),
    "api_security_response_body": ("0", False),
    "api_security_endpoints": ("10", 10),
    "http_endpoint": ("true", True),
    "http_endpoint_always": ("1", True),
    "sample_rate": ("0.1", 0.1),
    "sampling_rules": (RULES, PARSED_RULES),
    "rate_limit": ("0", 0),
    "span_sampling_rules": (RULES, PARSED_RULES),
    "propagation_style": ("B3, tracecontext,b3", ("b3", "tracecontext")),
    "propagation_style_extract": ("b3multi", ("b3multi",)),
    "propagation_style_inject": ("none", ()),
    "propagation_extract_first": ("true", True),
    "crash_reports": ("false", False),
    "org_guard": ("true", True),
    "org_guard_strict": ("true", True),
    "org_guard_trusted": ("b7,c8", ("b7", "c8")),
    "propagation_behavior_extract": ("restart", "restart"),
    "propagation_tags_max_length": ("0", 0),
    "baggage_tag_keys": ("a, b,,", ("a", "b")),
    "baggage_max_items": ("3", 3),
    "baggage_max_bytes": ("30", 30),
    "header_tags": ("X-Id, User-Agent : agent ,a:,:b", {"x-id": "", "user-agent": "agent"}),
    "client_ip_enabled": ("true", True),
    "client_ip_header": ("x-real-ip", "x-real-ip"),
    "query_string": ("false", False),
    "client_query_string": ("false", False),
    "query_string_obfuscation": ("(?i)pass=[^&]*", "(?i)pass=[^&]*"),
    "http_server_error_statuses": ("500-503, 404", ((500, 503), (404, 404))),
    "http_client_error_statuses": ("400-499", ((400, 499),)),
    "integrations": ("flask:off, Http.Client:on,redis", {"flask": False, "http_client": True, "redis": True}),
    "logs_injection": ("false", False),
    "dbm_propagation_mode": ("FULL", "full"),
    "protection": ("block", "block"),
    "protection_rules": ("/etc/rules.json", "/etc/rules.json"),
    "exploit_prevention": ("false", False),
    "waf_timeout": ("0.01", 0.01),
    "user_events": ("disabled", "disabled"),
    "takeover_detection": ("false", False),
    "takeover_window": ("60", 60.0),
    "takeover_account_failures": ("3", 3),
    "takeover_account_addresses": ("4", 4),
    "takeover_address_accounts": ("6", 6),
    "takeover_failure_ratio": ("0.5", 0.5),
    "takeover_process_failures": ("50", 50),
    "protection_trace_rate_limit": ("10", 10),
    "protection_stack_traces": ("false", False),
    "protection_stacks": ("5", 5),
    "protection_stack_depth": ("0", 0),
    "protection_obfuscation_keys": ("^card$", "^card$"),
    "protection_obfuscation_values": ("", ""),
    "apm_tracing": ("false", False),
    "report_folder": ("/tmp/reports", "/tmp/reports"),
    "telemetry": ("false", False),
    "telemetry_heartbeat": ("10", 10.0),
    "telemetry_extended_heartbeat": ("3600", 3600.0),
    "telemetry_metrics": ("false", False),
    "telemetry_logs": ("false", False),
    "telemetry_dependencies": ("false", False),
    "install_id": ("68e75c48", "68e75c48"),
    "install_type": ("k8s_single_step", "k8s_single_step"),
    "install_time": ("1703188212", "1703188212"),
    "body_limit": ("0", 0),
    "body_max_depth": ("5", 5),
    "body_max_elements": ("50", 50),
    "blocked_template_json": ("a.json", "a.json"),
    "blocked_template_html": ("a.html", "a.html"),
    "remote_configuration": ("false", False),
    "remote_configuration_interval": ("0.5", 0.5),
    "remote_configuration_keys": ("ab, cd", ("ab", "cd")),
    "blocked_status": ("418", 418),
    "blocked_location": ("/sorry", "/sorry"),
    "deny_addresses": ("192.0.2.7, ::1", ("192.0.2.7", "::1")),
    "deny_users": ("eve", ("eve",)),
    "deny_sessions": ("5f2b", ("5f2b",)),
    "allow_addresses": ("10.0.0.0/8", ("10.0.0.0/8",)),
    "deny_list": ("denied.txt", "denied.txt"),
}

# Variables with a notation of their own.
TRANSLATED: list[tuple[dict[str, str], str, Any]] = [
    ({"OTEL_TRACES_EXPORTER": "none"}, "enabled", False),
    ({"DD_EXPERIMENTAL_APPSEC_STANDALONE_ENABLED": "true"}, "apm_tracing", False),
    ({"OTEL_TRACES_EXPORTER": "otlp"}, "enabled", True),
    ({"OTEL_TRACES_EXPORTER": "console, otlp"}, "exporters", "otlp"),
    ({"OTEL_TRACES_EXPORTER": "console"}, "exporters", "datadog"),
    ({"DD_TAGS": "service:shop env:dev team:core"}, "service", "shop"),
    ({"DD_TAGS": "service:shop env:dev team:core"}, "env", "dev"),
    ({"DD_TAGS": "service:shop env:dev version:2 team:core"}, "tags", {"team": "core"}),
    ({"DD_TAGS": "a:b c,d:e"}, "tags", {"a": "b c", "d": "e"}),
    ({"DD_TAGS": "service:shop version:2"}, "version", "2"),
    ({"DD_TAGS": "env:"}, "env", None),
    ({"DD_TAGS": "git.repository_url:https://x/y"}, "git_repository_url", "https://x/y"),
    ({"DD_TAGS": "git.commit.sha:12ab"}, "git_commit_sha", "12ab"),
    ({"OTEL_RESOURCE_ATTRIBUTES": "service.name=shop"}, "service", "shop"),
    ({"OTEL_RESOURCE_ATTRIBUTES": "service.name=shop", "OTEL_SERVICE_NAME": "cart"}, "service", "cart"),
    ({"OTEL_RESOURCE_ATTRIBUTES": "deployment.environment=dev"}, "env", "dev"),
    ({"OTEL_RESOURCE_ATTRIBUTES": "deployment.environment=dev,deployment.environment.name=qa"}, "env", "qa"),
    ({"OTEL_RESOURCE_ATTRIBUTES": "service.version=3"}, "version", "3"),
    ({"OTEL_RESOURCE_ATTRIBUTES": "service.name=shop,region=eu%2Cwest,broken"}, "tags", {"region": "eu,west"}),
    ({"VEDETTE_TRACE_DETAIL": "full"}, "detail", "full"),
    ({"OTEL_EXPORTER_OTLP_TIMEOUT": "1500"}, "send_timeout", 1.5),
    ({"OTEL_EXPORTER_OTLP_TRACES_TIMEOUT": "500", "OTEL_EXPORTER_OTLP_TIMEOUT": "1500"}, "send_timeout", 0.5),
    ({"OTEL_SDK_DISABLED": "true"}, "otel_api", False),
    ({"OTEL_SDK_DISABLED": "true", "DD_TRACE_OTEL_ENABLED": "true"}, "otel_api", True),
    ({"OTEL_LOG_LEVEL": "DEBUG"}, "debug", True),
    ({"OTEL_LOG_LEVEL": "info"}, "debug", False),
    ({"OTEL_TRACES_SAMPLER": "always_on"}, "sample_rate", 1.0),
    ({"OTEL_TRACES_SAMPLER": "parentbased_always_off"}, "sample_rate", 0.0),
    ({"OTEL_TRACES_SAMPLER": "traceidratio", "OTEL_TRACES_SAMPLER_ARG": "0.2"}, "sample_rate", 0.2),
    ({"OTEL_TRACES_SAMPLER": "parentbased_traceidratio", "OTEL_TRACES_SAMPLER_ARG": "0.3"}, "sample_rate", 0.3),
    ({"OTEL_TRACES_SAMPLER": "traceidratio"}, "sample_rate", 1.0),
    ({"DD_PATCH_MODULES": "flask:false,redis:true"}, "integrations", {"flask": False, "redis": True}),
    ({"DD_LOGS_INJECTION": "structured"}, "logs_injection", True),
    ({"DD_LOGS_INJECTION": "false"}, "logs_injection", False),
    ({"DD_APPSEC_ENABLED": "true"}, "protection", "rules"),
    ({"DD_APPSEC_ENABLED": "1"}, "protection", "rules"),
    ({"DD_APPSEC_ENABLED": "false"}, "protection", "off"),
    ({"DD_APPSEC_WAF_TIMEOUT": "20"}, "waf_timeout", 0.02),
    ({"DD_APPSEC_AUTO_USER_INSTRUMENTATION_MODE": "anon"}, "user_events", "anonymization"),
    ({"DD_APPSEC_AUTO_USER_INSTRUMENTATION_MODE": "Identification"}, "user_events", "identification"),
    ({"VEDETTE_USER_EVENTS": "ident"}, "user_events", "identification"),
    ({"DD_APPSEC_AUTO_USER_INSTRUMENTATION_MODE": "disabled"}, "user_events", "disabled"),
    ({"DD_APPSEC_AUTOMATED_USER_EVENTS_TRACKING_ENABLED": "false"}, "user_events", "disabled"),
    ({"DD_APPSEC_AUTOMATED_USER_EVENTS_TRACKING_ENABLED": "true"}, "user_events", "identification"),
    ({"DD_APPSEC_AUTOMATED_USER_EVENTS_TRACKING": "safe"}, "user_events", "anonymization"),
    ({"DD_TRACE_AGENT_HOSTNAME": "agent"}, "agent_host", "agent"),
]


def plain_names() -> list[tuple[str, str]]:
    rows = OPTIONS.values()
    return [(row.name, name) for row in rows for name in (row.variable, *row.aliases) if isinstance(name, str)]


def test_the_cases_cover_every_option_and_every_translated_variable() -> None:
    assert set(OWN) == set(OPTIONS)
    aliases = {(row.name, alias.name) for row in OPTIONS.values() for alias in row.aliases if isinstance(alias, Alias)}
    covered = {(option, variable) for environ, option, _ in TRANSLATED for variable in environ}
    elsewhere = {("span_sampling_rules", "DD_SPAN_SAMPLING_RULES_FILE")}  # needs a file: tested below
    assert aliases - covered == elsewhere


@pytest.mark.parametrize(("option", "variable"), plain_names())
def test_every_name_of_an_option_is_read(option: str, variable: str) -> None:
    text, meaning = OWN[option]
    settings = load(environ={variable: text}, directory="/nonexistent", agent_directory="/nonexistent")
    assert getattr(settings, option) == meaning
    assert settings.all_origins(option)[1].key == variable


@pytest.mark.parametrize(("environ", "option", "meaning"), TRANSLATED)
def test_variables_of_others_are_translated(environ: dict[str, str], option: str, meaning: Any) -> None:
    settings = load(environ=environ, directory="/nonexistent", agent_directory="/nonexistent")
    assert (getattr(settings, option), settings.problems) == (meaning, [])


def test_span_rules_can_stand_in_a_file(tmp_path: Any) -> None:
    path = tmp_path / "rules.json"
    path.write_text(RULES)
    settings = load(environ={"DD_SPAN_SAMPLING_RULES_FILE": str(path)}, directory=str(tmp_path))
    assert settings.span_sampling_rules == PARSED_RULES
    settings = load(environ={"DD_SPAN_SAMPLING_RULES_FILE": str(tmp_path / "none")}, directory=str(tmp_path))
    assert [str(problem) for problem in settings.problems] == [
        "DD_SPAN_SAMPLING_RULES_FILE: can't be read (FileNotFoundError); ignored"
    ]


# Option, text, what is told. The option keeps its default.
INVALID = [
    ("enabled", "perhaps", "expected true or false; ignored"),
    ("agent_port", "0", "expected a number between 1 and 65535; ignored"),
    ("agent_port", "http", "expected a whole number; ignored"),
    ("agent_host", "a/b", "expected a host name or an address; ignored"),
    ("agent_url", "localhost:8126", "expected an address that starts with http://, https:// or unix://; ignored"),
    ("agent_url", "http://h:99999", "expected a port between 1 and 65535 after the host; ignored"),
    ("agent_url", "http://:80", "expected a port between 1 and 65535 after the host; ignored"),
    ("detail", "some", "expected one of lean, full; ignored"),
    ("sampling_rules", "{", "expected a list in JSON; ignored"),
    ("sampling_rules", "{}", "expected a list of objects; ignored"),
    ("sampling_rules", "[1]", "expected a list of objects; ignored"),
    ("http_server_error_statuses", "5xx", "expected statuses such as 404 or 500-599, not 5xx; ignored"),
    ("http_server_error_statuses", "599-500", "expected statuses such as 404 or 500-599, not 599-500; ignored"),
    ("propagation_behavior_extract", "stop", "expected one of continue, restart, ignore; ignored"),
    ("otlp_protocol", "carrier-pigeon", "expected http/protobuf or http/json; ignored"),
]


@pytest.mark.parametrize(("option", "text", "told"), INVALID)
def test_what_makes_no_sense_is_told_once_and_ignored(option: str, text: str, told: str) -> None:
    variable = OPTIONS[option].variable
    settings = load(environ={variable: text}, directory="/nonexistent", agent_directory="/nonexistent")
    usual = load(environ={}, directory="/nonexistent", agent_directory="/nonexistent")
    assert getattr(settings, option) == getattr(usual, option)
    assert [str(problem) for problem in settings.problems] == [f"{variable}: {told}"]


# Option, text, the part that can be used, what is told.
PARTLY = [
    ("otlp_protocol", "grpc", "http/protobuf", "OTLP over gRPC is not available, http/protobuf is sent instead"),
    (
        "propagation_style",
        "jaeger,b3",
        ("b3",),
        "unknown: jaeger (known: datadog, tracecontext, b3multi, b3, baggage, none)",
    ),
    ("service_mapping", "a:b,c", {"a": "b"}, "expected key:value, left out c"),
    ("otlp_headers", "a=b,secret", {"a": "b"}, "expected key=value, left out 1 of the entries"),
    ("integrations", "a:on,b:sometimes", {"a": True}, "expected name:on or name:off, left out b"),
]


@pytest.mark.parametrize(("option", "text", "usable", "told"), PARTLY)
def test_the_usable_part_of_a_value_is_used(option: str, text: str, usable: Any, told: str) -> None:
    variable = OPTIONS[option].variable
    settings = load(environ={variable: text}, directory="/nonexistent", agent_directory="/nonexistent")
    assert getattr(settings, option) == usable
    assert [str(problem) for problem in settings.problems] == [f"{variable}: {told}"]


NATIVE: list[tuple[str, object, Any]] = [
    ("enabled", False, False),
    ("sample_rate", 1, 1.0),
    ("tags", {"team": "core", "n": 5}, {"team": "core", "n": "5"}),
    ("sampling_rules", [{"sample_rate": 0.5}], ({"sample_rate": 0.5},)),
    ("propagation_style_inject", ["b3"], ("b3",)),
    ("propagation_style_inject", ("none",), ()),
    ("http_client_error_statuses", 404, ((404, 404),)),
    ("http_client_error_statuses", ["404", "500-599"], ((404, 404), (500, 599))),
    ("header_tags", {"X-Id": "id"}, {"x-id": "id"}),
    ("otlp_headers", {"X": "1"}, {"x": "1"}),
    ("integrations", {"flask": False, "redis": {"service": "cache"}}, {"flask": False, "redis": {"service": "cache"}}),
]


@pytest.mark.parametrize(("option", "given", "meaning"), NATIVE)
def test_code_gives_values_of_python(option: str, given: object, meaning: Any) -> None:
    settings = load({option: given}, {}, "/nonexistent", agent_directory="/nonexistent")
    assert (getattr(settings, option), settings.problems) == (meaning, [])
