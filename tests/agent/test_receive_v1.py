"""The "efficient" format of `/v1.0/traces`, and that of `/v0.7`. No tracer for Python speaks them: payloads are made
here after the Agent's public schema, and Datadog's own test agent has to read the same out of them.
"""

from __future__ import annotations

import urllib.request

import msgpack
import pytest

TRACE = bytes.fromhex("0123456789abcdef0fedcba987654321")
START = 1_790_000_000_000_000_000


class Texts:
    """A text the first time, its place from then on; place 0 is the empty text."""

    def __init__(self) -> None:
        self.places: dict[str, int] = {"": 0}

    def __call__(self, text: str) -> str | int:
        if text in self.places:
            return self.places[text]
        self.places[text] = len(self.places)
        return text

    def attributes(self, given: dict[str, object]) -> list[object]:
        flat: list[object] = []
        for name, value in given.items():
            flat += [self(name), *self.value(value)]
        return flat

    def value(self, value: object) -> tuple[int, object]:
        if isinstance(value, bool):
            return 2, value
        if isinstance(value, str):
            return 1, self(value)
        if isinstance(value, float):
            return 3, value
        if isinstance(value, int):
            return 4, value
        if isinstance(value, bytes):
            return 5, value
        if isinstance(value, list):
            return 6, [part for item in value for part in self.value(item)]
        assert isinstance(value, dict)
        return 7, self.attributes(value)


def v1() -> bytes:
    """Two spans with everything that a span can have. Texts are written in the order in which they are read."""
    t = Texts()
    root = {
        1: t("shop"),
        2: t("web.request"),
        3: t("GET /orders"),
        4: 11,
        5: 0,
        6: START,
        7: 5_000_000,
        8: True,
        9: t.attributes(
            {
                "http.method": "GET",
                "items": 3.0,
                "big": 2**60,
                "flag": True,
                "list": ["a", "b"],
                "map": {"k": "v"},
                "error.message": "no money",
                "error.type": "ValueError",
                "structure": msgpack.packb({"a": [1]}),
            }
        ),
        10: t("web"),
        11: [{1: TRACE, 2: 99, 3: t.attributes({"why": "test"}), 4: t("a=b"), 5: 1}],
        12: [{1: START + 5, 2: t("paid"), 3: t.attributes({"sum": 12})}],
        13: t("test"),
        14: t("1.2"),
        15: t("flask"),
        16: 2,
    }
    child = {1: t("shop"), 2: t("query"), 3: t("SELECT 1"), 4: 12, 5: 11, 6: START + 1, 7: 9, 10: t("sql"), 16: 3}
    chunk = {1: 1, 2: t("lambda"), 3: t.attributes({"_dd.p.usr": "x"}), 4: [root, child], 6: TRACE, 7: 4}
    payload = {
        2: t("c0ffee"),
        3: t("go"),
        4: t("1.24"),
        5: t("2.0"),
        6: t("instance"),
        7: t("test"),
        8: t("host"),
        9: t("1.2"),
        10: t.attributes({"team": "core"}),
        11: [chunk],
    }
    return reordered(payload, chunk, root)


def reordered(payload: dict, chunk: dict, root: dict) -> bytes:
    """The chunk's texts were met before the payload's: chunks come first, as their spans do in the chunk."""
    chunk_first = {4: chunk[4], **{key: value for key, value in chunk.items() if key != 4}}
    whole = {11: [chunk_first], **{key: value for key, value in payload.items() if key != 11}}
    return msgpack.packb(whole)


def v07() -> bytes:
    """The same in the format of /v0.7."""
    root = {
        "service": "shop",
        "name": "web.request",
        "resource": "GET /orders",
        "trace_id": int.from_bytes(TRACE[8:], "big"),
        "span_id": 11,
        "parent_id": 0,
        "start": START,
        "duration": 5_000_000,
        "error": 0,
        "type": "web",
        "meta": {"http.method": "GET", "_dd.p.tid": TRACE[:8].hex()},
        "metrics": {"items": 3.0},
    }
    chunk = {"priority": 1, "origin": "lambda", "spans": [root], "tags": {"_dd.p.usr": "x"}, "dropped_trace": False}
    facts = {"language_name": "go", "language_version": "1.24", "tracer_version": "2.0", "runtime_id": "instance"}
    more = {"env": "test", "hostname": "host", "app_version": "1.2", "container_id": "c0ffee", "tags": {"team": "core"}}
    return msgpack.packb({**facts, "chunks": [chunk], **more})


PROCESS = {
    "service.name": "shop",
    "deployment.environment.name": "test",
    "service.version": "1.2",
    "host.name": "host",
    "service.instance.id": "instance",
    "telemetry.sdk.language": "go",
    "process.runtime.version": "1.24",
    "telemetry.sdk.version": "2.0",
    "container.id": "c0ffee",
    "team": "core",
}


def test_v1_is_read_whole(agent):
    assert agent.send("/v1.0/traces", v1(), content_type="application/msgpack") == 200
    root, child = agent.client.get(f"/api/trace/{TRACE.hex()}").json()["spans"]
    assert (root["span_id"], root["start"], root["duration"]) == (f"{11:016x}", START, 5_000_000)
    assert (root["service"], root["name"], root["resource"]) == ("shop", "web.request", "GET /orders")
    assert (root["type"], root["kind"], root["env"], root["version"], root["error"]) == (
        "web",
        "server",
        "test",
        "1.2",
        True,
    )
    told = root["attributes"]
    assert told["http.request.method"] == "GET"
    assert (told["items"], told["big"], told["flag"], told["list"]) == (3, 2**60, True, ["a", "b"])
    assert told["map"] == '{"k":"v"}'
    assert root["failure"] == {"type": "ValueError", "message": "no money", "stack": ""}
    assert root["structures"] == {"structure": {"a": [1]}}
    (link,), (event,) = root["links"], root["events"]
    assert (link["trace_id"], link["span_id"], link["tracestate"]) == (TRACE.hex(), f"{99:016x}", "a=b")
    assert (link["attributes"], link["flags"]) == ({"why": "test"}, 1)
    assert (event["name"], event["time_unix_nano"], event["attributes"]) == ("paid", START + 5, {"sum": 12})
    assert (child["parent_id"], child["kind"], child["service"]) == (root["span_id"], "client", "shop")
    assert root["process"].items() >= PROCESS.items()


def test_v07_is_read_whole(agent):
    assert agent.send("/v0.7/traces", v07(), content_type="application/msgpack") == 200
    (root,) = agent.client.get(f"/api/trace/{TRACE.hex()}").json()["spans"]
    assert (root["resource"], root["attributes"]["items"]) == ("GET /orders", 3)
    assert root["process"].items() >= PROCESS.items()


@pytest.mark.parametrize(("path", "body"), [("/v1.0/traces", v1()), ("/v0.7/traces", v07())])
def test_every_cut_is_refused(agent, path, body):
    assert {agent.client.put(path, content=body[:end]).status_code for end in range(0, len(body), 13)} == {400}
    assert agent.client.get("/api/summary").json()["spans"] == 0


def test_a_place_beyond_the_table_is_refused(agent):
    bad = msgpack.packb({11: [{4: [{1: "shop", 2: 7}], 6: TRACE}]})
    assert agent.client.put("/v1.0/traces", content=bad).status_code == 400


def test_datadogs_test_agent_reads_the_same(ddapm_agent):
    ddapm_agent.clear()
    request = urllib.request.Request(
        f"{ddapm_agent.url}/v1.0/traces", v1(), {"Content-Type": "application/msgpack"}, method="PUT"
    )
    urllib.request.urlopen(request, timeout=10).close()
    ((root, child),) = ddapm_agent.traces()
    assert (root["service"], root["name"], root["resource"], root["type"]) == (
        "shop",
        "web.request",
        "GET /orders",
        "web",
    )
    assert (root["span_id"], child["parent_id"], root["start"], root["duration"]) == (11, 11, START, 5_000_000)
    assert root["trace_id"] == int.from_bytes(TRACE[8:], "big")
    assert (root["meta"]["http.method"], root["metrics"]["items"], child["resource"]) == ("GET", 3, "SELECT 1")
    assert (root["meta"]["env"], root["meta"]["version"], root["meta"]["span.kind"]) == ("test", "1.2", "server")
