"""Where traces are sent, in which format, and how much of it may wait."""

from __future__ import annotations

from vedette.settings.forms import HEADERS
from vedette.settings.kinds import BOOLEAN, HOST, PORT, SECONDS, TEXT, URL, choice, integer
from vedette.settings.option import Kind, Option, PartlyWrong
from vedette.settings.translate import OTEL_EXPORTERS, milliseconds


def parse_protocol(raw: object) -> str:
    """The encoding of OTLP over HTTP; gRPC is answered by the nearest that there is."""
    text = str(raw).strip().lower()
    if text == "grpc":
        raise PartlyWrong("OTLP over gRPC is not available, http/protobuf is sent instead", "http/protobuf")
    if text not in ("http/protobuf", "http/json"):
        raise ValueError("expected http/protobuf or http/json")
    return text


PROTOCOL: Kind[str] = Kind('Literal["http/protobuf", "http/json"]', "`http/protobuf` or `http/json`", parse_protocol)

OPTIONS = (
    Option(
        "agent_url",
        URL,
        None,
        ("DD_TRACE_AGENT_URL",),
        "Address of the agent, `http://host:port` or `unix:///path`; wins over host and port.",
    ),
    Option(
        "agent_host",
        HOST,
        "localhost",
        ("DD_AGENT_HOST", "DD_TRACE_AGENT_HOSTNAME"),
        "Host of the agent, also the default host for OTLP.",
    ),
    Option(
        "agent_port",
        PORT,
        8126,
        ("DD_TRACE_AGENT_PORT", "DD_AGENT_PORT"),
        "Port of the agent.",
    ),
    Option(
        "exporters",
        choice("auto", "datadog", "otlp", "both", "none"),
        "auto",
        (OTEL_EXPORTERS,),
        "Protocols that traces are sent by; `auto` is OTLP where an OTLP endpoint is configured, else Datadog.",
    ),
    Option(
        "trace_api_version",
        choice("v0.4", "v0.5"),
        "v0.4",
        ("DD_TRACE_API_VERSION",),
        "Version of the Datadog trace format.",
    ),
    Option(
        "otlp_endpoint",
        URL,
        None,
        ("OTEL_EXPORTER_OTLP_ENDPOINT",),
        "Base address for OTLP, to which `/v1/traces` is added; by default port 4318 of the agent's host.",
    ),
    Option(
        "otlp_traces_endpoint",
        URL,
        None,
        ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT",),
        "Whole address for traces over OTLP, used as it is.",
    ),
    Option(
        "otlp_logs_endpoint",
        URL,
        None,
        ("OTEL_EXPORTER_OTLP_LOGS_ENDPOINT",),
        "Whole address for findings as log records over OTLP; by default what `/v1/logs` makes of the one for traces.",
    ),
    Option(
        "security_logs",
        BOOLEAN,
        True,
        (),
        "Whether findings are sent as log records where traces are sent by OTLP, beside the events of their spans.",
    ),
    Option(
        "otlp_protocol",
        PROTOCOL,
        "http/protobuf",
        ("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "OTEL_EXPORTER_OTLP_PROTOCOL"),
        "Encoding of OTLP.",
    ),
    Option(
        "otlp_headers",
        HEADERS,
        {},
        ("OTEL_EXPORTER_OTLP_TRACES_HEADERS", "OTEL_EXPORTER_OTLP_HEADERS"),
        "Headers of each OTLP request, for instance the key that the receiver asks for.",
        secret=True,
    ),
    Option(
        "otlp_compression",
        choice("none", "gzip"),
        "none",
        ("OTEL_EXPORTER_OTLP_TRACES_COMPRESSION", "OTEL_EXPORTER_OTLP_COMPRESSION"),
        "Compression of OTLP requests.",
    ),
    Option(
        "otlp_certificate",
        TEXT,
        None,
        ("OTEL_EXPORTER_OTLP_TRACES_CERTIFICATE", "OTEL_EXPORTER_OTLP_CERTIFICATE"),
        "Path of the certificates (PEM) that an `https` receiver of OTLP is checked with.",
    ),
    Option(
        "send_timeout",
        SECONDS,
        10.0,
        (
            "DD_TRACE_AGENT_TIMEOUT_SECONDS",
            milliseconds("OTEL_EXPORTER_OTLP_TRACES_TIMEOUT"),
            milliseconds("OTEL_EXPORTER_OTLP_TIMEOUT"),
        ),
        "Seconds that one request to a backend may take.",
    ),
    Option(
        "queue_bytes",
        integer(65_536),
        8 * 1024 * 1024,
        ("DD_TRACE_WRITER_BUFFER_SIZE_BYTES",),
        "Bytes of finished traces that may wait for a slow backend; what comes beyond is dropped and counted.",
    ),
    Option(
        "payload_bytes",
        integer(65_536, 25_000_000),
        8 * 1024 * 1024,
        ("DD_TRACE_WRITER_MAX_PAYLOAD_SIZE_BYTES",),
        "Bytes of one request at most; Datadog's Agent refuses more than 25 MB.",
    ),
    Option(
        "stats",
        BOOLEAN,
        True,
        ("DD_TRACE_STATS_COMPUTATION_ENABLED", "DD_TRACE_COMPUTE_STATS"),
        "Whether request statistics are computed here where the Agent takes them, so that dropped traces still count.",
    ),
)
