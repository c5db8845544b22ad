"""What an OpenTelemetry Collector reads out of what vedette sends, in every form of OTLP over HTTP."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import Any

import pytest

from tests.services.collector import Collector

SCRIPT = """
import json
import vedette
vedette.start(instrument=False)
with vedette.tracer.span("shop.order", resource="GET /orders/<id>", kind="server") as root:
    root.set_attributes({"text": "ä", "flag": True, "count": 2**53 + 1, "ratio": 0.5, "list": ["a", "b"], "odd": -1})
    root.add_event("paid", {"sum": 12}, time=1_700_000_000_000_000_001)
    with vedette.tracer.span("shop.charge", kind="client") as child:
        child.add_link(root, {"why": "test"})
        child.set_error(ValueError("no money"))
print(json.dumps({"trace": f"{root.trace_id:032x}", "root": f"{root.span_id:016x}", "child": f"{child.span_id:016x}"}))
"""


def work(url: str, protocol: str, compression: str) -> dict[str, str]:
    """Two spans sent from a process of their own; the ids that they had."""
    env = {
        **{key: value for key, value in os.environ.items() if not key.startswith(("VEDETTE_", "DD_", "OTEL_"))},
        "OTEL_TRACES_EXPORTER": "otlp",
        "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": url,
        "OTEL_EXPORTER_OTLP_TRACES_PROTOCOL": protocol,
        "OTEL_EXPORTER_OTLP_TRACES_COMPRESSION": compression,
        "OTEL_SERVICE_NAME": "shop",
        "OTEL_RESOURCE_ATTRIBUTES": "deployment.environment.name=test,service.version=1.2,team=core",
    }
    done = subprocess.run([sys.executable, "-c", SCRIPT], env=env, capture_output=True, text=True, check=True)
    ids: dict[str, str] = json.loads(done.stdout)
    return ids


def plain(attributes: list[dict[str, Any]]) -> dict[str, Any]:
    """A list of key and `AnyValue` as a dictionary, with the kind of each value where it is not a string."""
    return {each["key"]: value(each["value"]) for each in attributes}


def value(given: dict[str, Any]) -> Any:
    ((kind, content),) = given.items()
    if kind == "arrayValue":
        return [value(each) for each in content["values"]]
    return content if kind == "stringValue" else (kind, content)


@pytest.mark.parametrize("compression", ["gzip", "none"])
@pytest.mark.parametrize("protocol", ["http/protobuf", "http/json"])
def test_a_collector_reads_what_was_sent(collector: Collector, protocol: str, compression: str) -> None:
    ids = work(collector.url, protocol, compression)
    (request,) = collector.wait_for(1)
    (resource,) = request["resourceSpans"]
    described = plain(resource["resource"]["attributes"])
    expected = {"service.name": "shop", "service.version": "1.2", "deployment.environment.name": "test", "team": "core"}
    assert described.items() >= expected.items()
    assert described["telemetry.sdk.language"] == "python"
    spans = [span for scope in resource["scopeSpans"] for span in scope["spans"]]
    root, child = sorted(spans, key=lambda span: span.get("parentSpanId", ""))
    assert [span["traceId"] for span in spans] == [ids["trace"]] * 2
    assert (root["spanId"], root.get("parentSpanId", "")) == (ids["root"], "")
    assert (child["spanId"], child["parentSpanId"]) == (ids["child"], ids["root"])
    assert (root["name"], root["kind"], child["kind"]) == ("GET /orders/<id>", 2, 3)
    assert 0 < int(root["endTimeUnixNano"]) - int(root["startTimeUnixNano"]) < 10_000_000_000
    assert (
        plain(root["attributes"]).items()
        >= {
            "text": "ä",
            "flag": ("boolValue", True),
            "count": ("intValue", str(2**53 + 1)),
            "ratio": ("doubleValue", 0.5),
            "odd": ("intValue", "-1"),
        }.items()
    )
    assert plain(root["attributes"])["list"] == ["a", "b"]
    (event,) = root["events"]
    assert (event["name"], event["timeUnixNano"]) == ("paid", "1700000000000000001")
    assert plain(event["attributes"]) == {"sum": ("intValue", "12")}
    (link,) = child["links"]
    assert (link["traceId"], link["spanId"], plain(link["attributes"])) == (ids["trace"], ids["root"], {"why": "test"})
    assert child["status"] == {"code": 2, "message": "no money"}
    (exception,) = child["events"]
    assert exception["name"] == "exception"
    assert plain(exception["attributes"])["exception.type"] == "ValueError"
