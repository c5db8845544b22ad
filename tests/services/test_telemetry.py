"""Telemetry as Datadog's test agent receives it: in order, complete, without secrets; and only where it is wanted."""

from __future__ import annotations

import base64
import json
import os
import subprocess
import sys
from typing import Any

import pytest

from tests.services.attacked import HARMLESS, INJECTION, attacked
from tests.services.collector import Collector
from tests.services.ddapm import TestAgent
from tests.services.recorder import Recorder

PATH = "/telemetry/proxy/api/v2/apmtelemetry"
KNOWN = {
    "app-dependencies-loaded",
    "app-endpoints",
    "app-heartbeat",
    "app-integrations-change",
    "distributions",
    "generate-metrics",
}


@pytest.fixture
def agent(ddapm_agent: TestAgent) -> TestAgent:
    """The test agent, as if new."""
    ddapm_agent.clear()
    return ddapm_agent


def messages(agent: TestAgent) -> list[dict[str, Any]]:
    """What it was told, in the order of the numbers."""
    requests = [one for one in agent.get("/test/session/requests") if one["url"].endswith(PATH)]
    told = [{**json.loads(base64.b64decode(one["body"])), "headers": one["headers"]} for one in requests]
    return sorted(told, key=lambda message: int(message["seq_id"]))


def parts(told: list[dict[str, Any]], kind: str) -> list[Any]:
    """The payloads of one kind, in batches and alone."""
    entries = [entry for one in told for entry in (one["payload"] if isinstance(one["payload"], list) else [one])]
    return [entry["payload"] for entry in entries if entry["request_type"] == kind]


def test_a_process_tells_what_it_is(agent: TestAgent) -> None:
    attacked(
        [HARMLESS, INJECTION],
        DD_TRACE_AGENT_URL=agent.url,
        DD_ENV="test",
        DD_TAGS="team:core,api_token:hunter2",
        DD_APPSEC_HTTP_BLOCKED_TEMPLATE_JSON="",
        DD_INSTRUMENTATION_INSTALL_ID="68e75c48-57ca",
        DD_INSTRUMENTATION_INSTALL_TYPE="k8s_single_step",
        DD_INSTRUMENTATION_INSTALL_TIME="1703188212",
    )
    told = messages(agent)
    assert [message["seq_id"] for message in told] == list(range(1, len(told) + 1))
    assert told[0]["request_type"] == "app-started"
    assert len(parts(told, "app-started")) == 1
    assert "hunter2" not in json.dumps(told)
    started = told[0]
    assert started["application"]["service_name"] == "shop"
    assert (started["application"]["env"], started["application"]["language_name"]) == ("test", "python")
    assert started["host"]["hostname"]
    assert started["payload"]["products"]["appsec"] == {"enabled": True}
    assert started["payload"]["install_signature"]["install_type"] == "k8s_single_step"
    headers = {name.lower(): value for name, value in started["headers"].items()}
    assert headers["dd-telemetry-api-version"] == "v2"
    assert headers["dd-telemetry-request-type"] == "app-started"
    assert headers["dd-client-library-language"] == "python"
    configuration = started["payload"]["configuration"]
    assert [entry["seq_id"] for entry in configuration] == list(range(1, len(configuration) + 1))
    environment = [(entry["origin"], entry["value"]) for entry in configuration if entry["name"] == "DD_ENV"]
    assert environment == [("default", None), ("env_var", "test")]
    assert {"name": "DD_APPSEC_SCA_ENABLED", "value": None, "origin": "default"}.items() <= configuration[-1].items()


def test_a_process_tells_what_it_uses_and_counts(agent: TestAgent) -> None:
    attacked([HARMLESS, INJECTION], VEDETTE_AGENT_URL=agent.url)
    told = messages(agent)
    packages = {
        one["name"].lower(): one["version"]
        for all_ in parts(told, "app-dependencies-loaded")
        for one in all_["dependencies"]
    }
    assert {"flask", "werkzeug", "jinja2"} <= set(packages)
    assert "pytest" not in packages
    integrations = {one["name"]: one for all_ in parts(told, "app-integrations-change") for one in all_["integrations"]}
    assert integrations["flask"]["enabled"]
    assert integrations["flask"]["version"] == packages["flask"]
    series = [one for all_ in parts(told, "generate-metrics") for one in all_["series"]]
    assert sum(one["points"][0][1] for one in series if one["metric"] == "trace_segments_created") == 2
    triggered = [one["tags"] for one in series if one["metric"] == "waf.requests"]
    assert {tag for tags in triggered for tag in tags} >= {"rule_triggered:true", "rule_triggered:false"}
    assert "app-closing" in {entry["request_type"] for entry in told[-1]["payload"]}
    assert all(entry["request_type"] in {*KNOWN, "app-closing"} for one in told[1:] for entry in one["payload"])


@pytest.mark.parametrize(
    ("variable", "kind"),
    [
        ("DD_TELEMETRY_METRICS_ENABLED", "generate-metrics"),
        ("DD_TELEMETRY_DEPENDENCY_COLLECTION_ENABLED", "app-dependencies-loaded"),
    ],
)
def test_parts_may_be_switched_off(agent: TestAgent, variable: str, kind: str) -> None:
    attacked([HARMLESS], VEDETTE_AGENT_URL=agent.url, **{variable: "false"})
    told = messages(agent)
    assert parts(told, "app-started")
    assert parts(told, kind) == []


def test_it_may_be_switched_off_whole(agent: TestAgent) -> None:
    attacked([HARMLESS], VEDETTE_AGENT_URL=agent.url, DD_INSTRUMENTATION_TELEMETRY_ENABLED="false")
    assert agent.traces()
    assert messages(agent) == []


def test_no_agent_is_told_by_those_who_speak_otlp(collector: Collector, agent: TestAgent) -> None:
    attacked([HARMLESS], OTEL_EXPORTER_OTLP_TRACES_ENDPOINT=collector.url, DD_TRACE_AGENT_URL=agent.url)
    assert collector.wait_for(1)
    assert messages(agent) == []


LOOKED_AT = """
import json, os, sys
import vedette

def names():
    found = []
    for file in os.listdir("/proc/self/fd"):
        try:
            found.append(os.readlink(f"/proc/self/fd/{file}"))
        except OSError:  # that of the listing itself
            pass
    return [link for link in found if "datadog-tracer-info-" in link]

def work():
    with vedette.tracer.span("work"):
        pass
    vedette.tracer.flush(5)
    return names()

vedette.start(instrument=False)
before = names()
parent = work()
reading, writing = os.pipe()
if not os.fork():
    os.write(writing, json.dumps(work()).encode())
    os._exit(0)
print(json.dumps([before, parent, json.loads(os.read(reading, 10_000)), names()]))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="where there are sealed files in memory")
def test_each_process_can_be_found_by_a_file_in_memory(recorder: Recorder) -> None:
    env = {key: value for key, value in os.environ.items() if not key.startswith(("VEDETTE_", "DD_", "OTEL_"))}
    env["VEDETTE_AGENT_URL"] = recorder.url
    done = subprocess.run([sys.executable, "-c", LOOKED_AT], env=env, capture_output=True, text=True, check=True)
    before, parent, child, parent_again = json.loads(done.stdout)
    assert (before, len(parent), len(child)) == ([], 1, 1)
    assert parent == parent_again != child
