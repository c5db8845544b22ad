"""The type of every option's value. Generated from the table by tools/generate.py, do not edit."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Literal


class Values:
    """Every option as an attribute."""

    enabled: bool
    apm_tracing: bool
    report_folder: str | None
    service: str | None
    env: str | None
    version: str | None
    tags: Mapping[str, str]
    service_mapping: Mapping[str, str]
    detail: Literal["lean", "full"]
    hostname: str | None
    report_hostname: bool
    git_repository_url: str | None
    git_commit_sha: str | None
    process_tags: bool
    trace_id_128_bit: bool
    partial_flush: bool
    partial_flush_min_spans: int
    otel_api: bool
    debug: bool
    source_lines: bool
    startup_logs: bool
    agent_url: str
    agent_host: str
    agent_port: int
    exporters: Literal["datadog", "otlp", "both", "none"]
    trace_api_version: Literal["v0.4", "v0.5"]
    otlp_endpoint: str | None
    otlp_traces_endpoint: str
    otlp_logs_endpoint: str | None
    security_logs: bool
    otlp_protocol: Literal["http/protobuf", "http/json"]
    otlp_headers: Mapping[str, str]
    otlp_compression: Literal["none", "gzip"]
    otlp_certificate: str | None
    send_timeout: float
    queue_bytes: int
    payload_bytes: int
    stats: bool
    sample_rate: float | None
    sampling_rules: tuple[Mapping[str, object], ...]
    rate_limit: int
    span_sampling_rules: tuple[Mapping[str, object], ...]
    propagation_style: tuple[str, ...]
    propagation_style_extract: tuple[str, ...]
    propagation_style_inject: tuple[str, ...]
    propagation_extract_first: bool
    propagation_behavior_extract: Literal["continue", "restart", "ignore"]
    org_guard: bool
    org_guard_strict: bool
    org_guard_trusted: tuple[str, ...]
    propagation_tags_max_length: int
    baggage_tag_keys: tuple[str, ...]
    baggage_max_items: int
    baggage_max_bytes: int
    header_tags: Mapping[str, str]
    client_ip_enabled: bool
    client_ip_header: str | None
    query_string: bool
    client_query_string: bool
    query_string_obfuscation: str | None
    http_server_error_statuses: tuple[tuple[int, int], ...]
    http_client_error_statuses: tuple[tuple[int, int], ...]
    integrations: Mapping[str, object]
    logs_injection: bool
    dbm_propagation_mode: Literal["disabled", "service", "full"]
    protection: Literal["off", "monitor", "rules", "block"]
    protection_rules: str | None
    exploit_prevention: bool
    waf_timeout: float
    protection_trace_rate_limit: int
    protection_stack_traces: bool
    protection_stacks: int
    protection_stack_depth: int
    protection_obfuscation_keys: str | None
    protection_obfuscation_values: str | None
    body_limit: int
    body_max_depth: int
    body_max_elements: int
    blocked_template_json: str | None
    blocked_template_html: str | None
    blocked_status: int | None
    blocked_location: str | None
    deny_addresses: tuple[str, ...]
    deny_users: tuple[str, ...]
    deny_sessions: tuple[str, ...]
    allow_addresses: tuple[str, ...]
    deny_list: str | None
    api_security: bool
    api_security_sample_delay: float
    api_security_response_body: bool
    api_security_endpoints: int
    http_endpoint: bool
    http_endpoint_always: bool
    user_events: Literal["identification", "anonymization", "disabled"]
    takeover_detection: bool
    takeover_window: float
    takeover_account_failures: int
    takeover_account_addresses: int
    takeover_address_accounts: int
    takeover_failure_ratio: float
    takeover_process_failures: int
    remote_configuration: bool
    remote_configuration_interval: float
    remote_configuration_keys: tuple[str, ...]
    telemetry: bool
    telemetry_heartbeat: float
    telemetry_extended_heartbeat: float
    telemetry_metrics: bool
    telemetry_dependencies: bool
    telemetry_logs: bool
    crash_reports: bool
    install_id: str | None
    install_type: str | None
    install_time: str | None
