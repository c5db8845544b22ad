"""Tracers of other makers, each in an environment of its own, send to a running agent."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.agent.test_process import running
from tests.services import process

CACHE = Path(__file__).resolve().parents[2] / ".cache" / "clients"
FOREIGN = ("DD_", "OTEL_", "VEDETTE_", "PYTHON")
INSTALL_SECONDS = 300

DDTRACE = """
from ddtrace.trace import tracer
with tracer.trace("shop.order", service="shop", resource="GET /orders", span_type="web") as root:
    root.set_tag("http.method", "GET")
    root.set_metric("items", 3)
    try:
        with tracer.trace("postgres.query", service="pg", resource="SELECT 1", span_type="sql"):
            raise ValueError("no money")
    except ValueError:
        pass
tracer.flush()
"""
OPENTELEMETRY = """
import logging, os
from opentelemetry import metrics, trace
from opentelemetry._logs import set_logger_provider
from opentelemetry.sdk._logs import LoggerProvider, LoggingHandler
from opentelemetry.sdk._logs.export import BatchLogRecordProcessor
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import PeriodicExportingMetricReader
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
if os.environ["OTEL_EXPORTER_OTLP_PROTOCOL"] == "grpc":
    from opentelemetry.exporter.otlp.proto.grpc._log_exporter import OTLPLogExporter
    from opentelemetry.exporter.otlp.proto.grpc.metric_exporter import OTLPMetricExporter
    from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import OTLPSpanExporter
else:
    from opentelemetry.exporter.otlp.proto.http._log_exporter import OTLPLogExporter
    from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
tracers = TracerProvider()
tracers.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
loggers = LoggerProvider()
loggers.add_log_record_processor(BatchLogRecordProcessor(OTLPLogExporter()))
meters = MeterProvider(metric_readers=[PeriodicExportingMetricReader(OTLPMetricExporter())])
log = logging.getLogger("shop.cart")
log.addHandler(LoggingHandler(logger_provider=loggers))
with tracers.get_tracer("test").start_as_current_span("order", kind=trace.SpanKind.SERVER) as span:
    span.set_attribute("http.route", "/orders")
    log.error("no %s", "money")
meters.get_meter("test").create_counter("orders", unit="1").add(2, {"kind": "book"})
meters.get_meter("test").create_histogram("sum", unit="EUR").record(12.5)
for provider in (tracers, loggers, meters):
    provider.shutdown()
"""
NODE = """
const { NodeTracerProvider } = require('@opentelemetry/sdk-trace-node')
const { BatchSpanProcessor } = require('@opentelemetry/sdk-trace-base')
const { OTLPTraceExporter } = require('@opentelemetry/exporter-trace-otlp-' + process.argv[2])
const { resourceFromAttributes } = require('@opentelemetry/resources')
const resource = resourceFromAttributes({ 'service.name': process.env.OTEL_SERVICE_NAME })
const spanProcessors = [new BatchSpanProcessor(new OTLPTraceExporter())]
const provider = new NodeTracerProvider({ resource, spanProcessors })
const tracer = provider.getTracer('test')
const attributes = { 'http.route': '/orders', items: 3, tags: ['a', 'b'] }
const root = tracer.startSpan('GET /orders', { kind: 1, attributes })
root.recordException(new Error('no money'))
root.setStatus({ code: 2, message: 'no money' })
root.end()
provider.shutdown().then(() => process.exit(0))
"""


def installed(name: str, *packages: str) -> Path:
    """The interpreter of an environment that holds those packages, made once per machine."""
    python = CACHE / name / "bin" / "python"
    if not python.exists():
        uv = [sys.executable, "-m", "uv"]
        install(
            [*uv, "venv", "-q", str(CACHE / name)],
            [*uv, "pip", "install", "-q", "--python", str(python), *packages],
            made=CACHE / name,
        )
    return python


def node_modules() -> Path:
    """The folder with OpenTelemetry for Node, made once per machine."""
    if shutil.which("npm") is None or shutil.which("node") is None:
        process.missing("node and npm are not installed")
    folder = CACHE / "node"
    if not (folder / "node_modules").exists():
        names = ["sdk-node", *(f"exporter-trace-otlp-{kind}" for kind in ("http", "proto", "grpc"))]
        options = ["--no-audit", "--no-fund", "--ignore-scripts", "--prefix", str(folder)]
        install(["npm", "install", *options, *(f"@opentelemetry/{name}" for name in names)], made=folder)
    return folder / "node_modules"


def install(*commands: list[str], made: Path) -> None:
    """Runs the commands; what they leave behind after a failure would look as if it were complete."""
    CACHE.mkdir(parents=True, exist_ok=True)
    try:
        for command in commands:
            subprocess.run(command, check=True, capture_output=True, timeout=INSTALL_SECONDS)
    except (OSError, subprocess.SubprocessError) as error:
        shutil.rmtree(made, ignore_errors=True)
        process.missing(f"{made.name} could not be installed: {error}")


def run(command: list[str], **environment: str) -> None:
    """Runs a client to its end, with those variables and none of this process's own tracing."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(FOREIGN)}
    done = subprocess.run(command, env={**kept, **environment}, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr


@pytest.fixture(scope="module")
def sink(tmp_path_factory):
    """A running agent with every receiver."""
    path = tmp_path_factory.mktemp("socket") / "apm.socket"
    with running("--memory", "--grpc-port", "0", "--socket", str(path)) as agent:
        agent.socket = path
        agent.grpc = re.search(r"gRPC +(http://\S+)", "".join(agent.said)).group(1)
        yield agent


def spans_of(sink, service: str) -> list[dict]:
    """All spans of the one trace that this service sent."""
    (trace,) = sink.ask(f"/api/traces?q=service:{service}")["traces"]
    return sink.ask(f"/api/trace/{trace['trace_id']}")["spans"]


@pytest.mark.parametrize("way", ["v0.4", "v0.5", "socket"])
def test_ddtrace(sink, way):
    python = installed("ddtrace", "ddtrace")
    url = f"unix://{sink.socket}" if way == "socket" else sink.page
    version = "v0.5" if way == "socket" else way
    service = f"dd-{way.replace('.', '')}"
    script = DDTRACE.replace('"shop"', f'"{service}"')
    run(
        [str(python), "-c", script],
        DD_TRACE_AGENT_URL=url,
        DD_TRACE_API_VERSION=version,
        DD_ENV="test",
        DD_SERVICE=service,
    )
    root, query = spans_of(sink, service)
    assert (root["name"], root["resource"], root["env"]) == ("shop.order", "GET /orders", "test")
    assert root["attributes"]["http.request.method"] == "GET"
    assert root["attributes"]["items"] == 3
    assert (query["service"], query["parent_id"], query["error"]) == ("pg", root["span_id"], True)
    assert query["failure"]["type"].removeprefix("builtins.") == "ValueError"
    assert query["failure"]["message"] == "no money"
    assert root["process"]["telemetry.sdk.language"] == "python"
    assert re.fullmatch(r"\d+\.\d+.*", root["process"]["telemetry.sdk.version"])  # from the headers
    about = next(each for each in sink.ask("/api/about")["senders"] if each["service"] == service)
    assert about["spans"] == 2


@pytest.mark.parametrize("protocol", ["http/protobuf", "grpc"])
@pytest.mark.parametrize("compression", ["", "gzip"])
def test_opentelemetry_for_python(sink, protocol, compression):
    python = installed("opentelemetry", "opentelemetry-sdk", "opentelemetry-exporter-otlp")
    service = f"py-{protocol.replace('/', '-')}{compression}"
    more = {"OTEL_EXPORTER_OTLP_COMPRESSION": compression} if compression else {}
    run(
        [str(python), "-c", OPENTELEMETRY],
        OTEL_EXPORTER_OTLP_ENDPOINT=sink.grpc if protocol == "grpc" else sink.otlp,
        OTEL_EXPORTER_OTLP_PROTOCOL=protocol,
        OTEL_SERVICE_NAME=service,
        **more,
    )
    (trace,) = sink.ask(f"/api/traces?q=service:{service}")["traces"]
    (span,) = spans_of(sink, service)
    assert (span["name"], span["kind"], span["attributes"]["http.route"]) == ("order", "server", "/orders")
    (record,) = sink.ask(f"/api/logs?service={service}")["logs"]
    assert (record["body"], record["level"], record["logger"]) == ("no money", "ERROR", "shop.cart")
    assert (record["trace_id"], record["span_id"]) == (trace["trace_id"], span["span_id"])
    points = {point["name"]: point for point in sink.ask(f"/api/metrics?service={service}")["metrics"]}
    assert (points["orders"]["value"], points["orders"]["kind"], points["orders"]["attributes"]) == (
        2,
        "sum",
        {"kind": "book"},
    )
    assert (points["sum"]["value"], points["sum"]["unit"], points["sum"]["details"]["count"]) == (12.5, "EUR", 1)


@pytest.mark.parametrize("exporter", ["http", "proto", "grpc"])
def test_opentelemetry_for_node(sink, exporter, tmp_path):
    modules = node_modules()
    script = tmp_path / "client.js"
    script.write_text(NODE)
    service = f"node-{exporter}"
    run(
        ["node", str(script), exporter],
        NODE_PATH=str(modules),
        OTEL_EXPORTER_OTLP_ENDPOINT=sink.grpc if exporter == "grpc" else sink.otlp,
        OTEL_SERVICE_NAME=service,
    )
    (span,) = spans_of(sink, service)
    assert (span["name"], span["kind"], span["error"]) == ("GET /orders", "server", True)
    assert (span["attributes"]["items"], span["attributes"]["tags"]) == (3, ["a", "b"])
    assert span["failure"]["message"] == "no money"
    assert json.dumps(span["failure"]["stack"]).count("client.js")
