"""Forwarding: to an OpenTelemetry Collector, to Datadog's test agent, and to receivers that fail."""

from __future__ import annotations

import base64
import http.server
import json
import socket
import threading
import time
import urllib.request

import msgpack
import pytest

from tests.agent.conftest import PAYLOADS
from tests.agent.test_process import running
from vedette.agent.counters import Counters
from vedette.agent.forward.forwarder import Forwarder
from vedette.agent.forward.letters import PROTOBUF, VIA, Letter
from vedette.agent.forward.spool import Spool
from vedette.agent.forward.target import Answer, BadTarget, Target

DATADOG = (PAYLOADS / "ddtrace.v0.4.msgpack").read_bytes()
OTLP = (PAYLOADS / "opentelemetry.otlp.pb").read_bytes()


class Receiver:
    """A receiver that answers as it is told to, and keeps what it got."""

    def __init__(self) -> None:
        self.statuses: list[int] = []
        """The next answers; 200 when there are no more."""
        self.says = b""
        self.got: list[tuple[str, dict[str, str], bytes]] = []
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                status = outer.statuses.pop(0) if outer.statuses else 200
                if status == 200:
                    outer.got.append((self.path, dict(self.headers), body))
                self.send_response(status)
                self.send_header("Content-Length", str(len(outer.says)))
                self.end_headers()
                self.wfile.write(outer.says)

            def log_message(self, *args: object) -> None:
                pass

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture
def receiver():
    made = Receiver()
    yield made
    made.close()


def until(condition, seconds: float = 15.0) -> None:
    """Waits until it is so."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it never was so"
        time.sleep(0.02)


@pytest.fixture
def quick(monkeypatch):
    """Repeats come at once."""
    monkeypatch.setattr("vedette.agent.forward.forwarder.SHORTEST", 0.01)
    monkeypatch.setattr("vedette.agent.forward.forwarder.LONGEST", 0.02)


def forwarder(target: Target, folder=None, most: int = 1 << 20) -> tuple[Forwarder, Counters]:
    counters = Counters()
    made = Forwarder([target], folder, most, counters)
    made.start()
    return made, counters


def test_a_collector_reads_what_was_forwarded(collector):
    with running("--memory", "--forward-otlp", f"http://127.0.0.1:{collector.port}") as agent:
        agent.send(agent.page + "/v0.4/traces", "ddtrace.v0.4.msgpack", "application/msgpack")
        agent.send(agent.otlp + "/v1/traces", "opentelemetry.otlp.pb", "application/x-protobuf")
        until(lambda: agent.ask("/api/about")["forward"].get("sent", 0) >= 2)
        stored = agent.ask("/api/summary")["spans"]
    requests = collector.requests()
    scopes = [scope for request in requests for each in request["resourceSpans"] for scope in each["scopeSpans"]]
    spans = [span for scope in scopes for span in scope["spans"]]
    assert len(spans) == stored
    assert {span["name"] for span in spans} >= {"GET /broken"}
    assert all(len(span["traceId"]) == 32 for span in spans)


def test_the_datadog_test_agent_reads_what_was_forwarded(ddapm_agent):
    ddapm_agent.clear()
    with running("--memory", "--forward-datadog", ddapm_agent.url) as agent:
        agent.send(agent.page + "/v0.4/traces", "ddtrace.v0.4.msgpack", "application/msgpack")
        agent.send(agent.otlp + "/v1/traces", "opentelemetry.otlp.pb", "application/x-protobuf")
        until(lambda: agent.ask("/api/about")["forward"].get("sent", 0) >= 2)
        stored = agent.ask("/api/summary")["spans"]
    traces = ddapm_agent.traces()
    assert sum(len(trace) for trace in traces) == stored
    services = {span["service"] for trace in traces for span in trace}
    assert "billing" in services  # from OTLP


def test_what_came_as_datadog_goes_on_as_it_came(receiver):
    made, _ = forwarder(Target("datadog", receiver.url, {"X-Key": "secret"}))
    assert made.offer("spans", "v0.4", DATADOG, [("datadog-meta-lang", "go")])
    until(lambda: receiver.got)
    made.stop()
    ((path, headers, body),) = receiver.got
    assert (path, body, headers["datadog-meta-lang"], headers["X-Key"]) == ("/v0.4/traces", DATADOG, "go", "secret")
    assert "secret" not in json.dumps(made.lines[0].as_json())


def test_a_receiver_that_fails_is_asked_again(receiver, quick):
    receiver.statuses = [503, 429, 500]
    made, counters = forwarder(Target("otlp", receiver.url))
    made.offer("spans", "otlp-protobuf", OTLP, [])
    until(lambda: receiver.got)
    until(lambda: counters.get("forward.sent") == 1)
    made.stop()
    assert counters.group("forward") == {"retries": 3, "sent": 1}
    assert counters.dropped() == 0


def test_a_retry_after_that_is_no_number_is_passed_over(receiver):
    made, counters = forwarder(Target("otlp", receiver.url))
    answers = [Answer(429, "\u00b2", ""), Answer(429, "soon", ""), Answer(200, "", "")]
    made.lines[0]._sending.post = lambda letters: answers.pop(0)
    made.offer("spans", "otlp-protobuf", OTLP, [])
    until(lambda: counters.get("forward.sent") == 1)
    made.stop()


def test_what_a_receiver_refuses_is_dropped_and_counted(receiver):
    receiver.statuses = [400]
    made, counters = forwarder(Target("otlp", receiver.url))
    made.offer("spans", "otlp-protobuf", OTLP, [])
    until(lambda: counters.dropped())
    made.offer("logs", "otlp-json", b"{}", [])
    until(lambda: receiver.got)
    made.stop()
    assert counters.group("dropped") == {"forward_refused": 1}
    assert receiver.got[0][0] == "/v1/logs"


def test_what_waits_survives_a_restart(receiver, tmp_path, quick):
    gone = Target("otlp", "http://127.0.0.1:9")
    made, counters = forwarder(gone, tmp_path)
    for _ in range(3):
        assert made.offer("spans", "otlp-protobuf", OTLP, [])
    until(lambda: made.lines[0].trouble)
    made.stop()
    assert counters.dropped() == 0
    (folder,) = (tmp_path / "forward").iterdir()
    (folder / "half.part").write_bytes(b"what a crash left")
    first = sorted(folder.glob("*.letter"))[0]
    first.write_bytes(b"damaged")
    spool = Spool(folder, 1 << 20)
    assert len(spool) == 3
    assert not list(folder.glob("*.part"))
    letters, places = spool.first(1 << 20)
    assert (len(letters), places) == (2, 3)
    told = {"Content-Type": PROTOBUF, VIA: made.name}
    assert letters[0] == Letter("/v1/traces", OTLP, told)


def test_letters_are_sent_together_where_that_is_possible(receiver, tmp_path):
    spool = Spool(tmp_path, 1 << 20)
    for _ in range(5):
        spool.put(Letter("/v1/traces", OTLP, {"Content-Type": PROTOBUF}))
    spool.put(Letter("/v0.4/traces", DATADOG, {"Content-Type": "application/msgpack"}))
    assert [len(spool.first(size)[0]) for size in (1, 3 * len(OTLP), 1 << 20)] == [1, 2, 5]
    spool.remove(5)
    assert [letter.path for letter in spool.first(1 << 20)[0]] == ["/v0.4/traces"]


def test_a_full_spool_refuses_and_counts(quick):
    made, counters = forwarder(Target("otlp", "http://127.0.0.1:9"), most=int(len(OTLP) * 2.5))
    taken = [made.offer("spans", "otlp-protobuf", OTLP, []) for _ in range(4)]
    made.stop()
    assert taken == [True, True, False, False]
    assert counters.group("dropped") == {"forward_full": 2, "forward_stopped": 2}


def test_every_format_reaches_every_receiver(receiver):
    otlp, _ = forwarder(Target("otlp", receiver.url))
    datadog, counters = forwarder(Target("datadog", receiver.url))
    for form, body in (("v0.4", DATADOG), ("otlp-protobuf", OTLP)):
        assert otlp.offer("spans", form, body, [])
        assert datadog.offer("spans", form, body, [])
    assert not datadog.offer("logs", "otlp-protobuf", b"", [])
    assert not otlp.offer("spans", "v0.4", b"nonsense", [])
    until(lambda: counters.get("forward.sent") == 2)
    otlp.stop()
    datadog.stop()
    assert counters.group("ignored") == {"forward": 1}
    bodies = {path: body for path, _, body in receiver.got if path.startswith("/v0")}
    services = {span["service"] for trace in msgpack.unpackb(bodies["/v0.4/traces"]) for span in trace}
    assert services


@pytest.mark.parametrize("url", ["", "collector:4318", "ftp://x", "http://", "unix://", "file:///etc/passwd"])
def test_an_address_that_is_none_is_refused(url):
    with pytest.raises(BadTarget):
        Target("otlp", url)


@pytest.mark.parametrize(
    "url", ["http://a:99999", "http://a:x", "http://[::1", "http://a b", "http://a\r\nX-Evil: 1", "unix://", "ftp://a"]
)
def test_addresses_that_would_fail_later_are_refused_at_once(url):
    with pytest.raises(BadTarget, match="is no address such as"):
        Target("otlp", url)


def test_headers_that_can_not_be_sent_are_refused_without_their_value():
    for headers in ({"X-Key": "secret\r\nX-Evil: 1"}, {"X-Key": "secret\u20ac"}, {"X Key": "secret"}, {"": "secret"}):
        with pytest.raises(BadTarget) as refused:
            Target("otlp", "http://collector:4318", headers)
        assert "secret" not in str(refused.value)


def test_user_and_password_of_an_address_are_sent_but_never_shown(receiver):
    url = receiver.url.replace("http://", "http://ann:se%20cret@") + "?api_key=se%20cret#se%20cret"
    target = Target("otlp", url)
    made, _ = forwarder(target)
    made.offer("spans", "otlp-protobuf", OTLP, [])
    until(lambda: receiver.got)
    made.stop()
    ((path, headers, _),) = receiver.got
    assert path == "/v1/traces?api_key=se%20cret"
    assert headers["Authorization"] == "Basic " + base64.b64encode(b"ann:se cret").decode()
    for shown in (target.shown, repr(target), json.dumps(made.lines[0].as_json())):
        assert "cret" not in shown
        assert "ann" not in shown
    with pytest.raises(BadTarget) as refused:
        Target("otlp", "https//ann:secret@host")
    assert "secret" not in str(refused.value)


def test_letters_that_can_not_be_sent_cost_themselves_alone(receiver, monkeypatch):
    made, counters = forwarder(Target("otlp", receiver.url))
    line, post = made.lines[0], made.lines[0]._sending.post

    def picky(letters):
        if letters[0].path == "/v1/logs":
            raise ValueError("no such request")
        return post(letters)

    monkeypatch.setattr(line._sending, "post", picky)
    assert made.offer("logs", "otlp-json", b"{}", [])
    until(lambda: counters.get("dropped.forward_unsendable") == 1)
    assert "no such request" in line.as_json()["trouble"]
    assert made.offer("spans", "otlp-protobuf", OTLP, [])
    until(lambda: receiver.got)
    made.stop()


def test_why_a_receiver_refuses_is_told(receiver):
    receiver.statuses, receiver.says = [403], b"invalid API key\x1b[31m"
    made, counters = forwarder(Target("datadog", receiver.url))
    made.offer("spans", "v0.4", DATADOG, [])
    until(lambda: counters.get("dropped.forward_refused") == 1)
    assert made.lines[0].as_json()["trouble"] == "it refuses with 403 invalid API key[31m"
    made.stop()


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return probe.getsockname()[1]


@pytest.mark.parametrize("way", ["otlp", "datadog"])
def test_an_agent_that_forwards_to_itself_says_so_and_stores_once(way):
    port = str(free_port())
    with running("--memory", f"--forward-{way}", f"http://127.0.0.1:{port}", "--port", port) as agent:
        agent.send(agent.page + "/v0.4/traces", "ddtrace.v0.4.msgpack", "application/msgpack")
        until(lambda: agent.ask("/api/about")["dropped"].get("forward_refused"))
        about = agent.ask("/api/about")
        assert about["dropped"] == {"forward_loop": 1, "forward_refused": 1}
        assert about["received"]["spans"] == about["stored"]["spans"]
        (target,) = about["forward"]["targets"]
        assert "it forwards to itself" in target["trouble"]
        with urllib.request.urlopen(agent.page + "/about", timeout=10) as page:
            assert "it forwards to itself" in page.read().decode()


def test_a_circle_of_agents_ends_with_the_one_that_began():
    ports = [str(free_port()), str(free_port())]
    to = [("--memory", "--forward-otlp", f"http://127.0.0.1:{port}") for port in reversed(ports)]
    with running(*to[0], "--port", ports[0]) as first, running(*to[1], "--port", ports[1]) as second:
        first.send(first.page + "/v0.4/traces", "ddtrace.v0.4.msgpack", "application/msgpack")
        until(lambda: second.ask("/api/about")["dropped"].get("forward_refused"))
        assert first.ask("/api/about")["dropped"] == {"forward_loop": 1}
        assert first.ask("/api/summary")["spans"] == second.ask("/api/summary")["spans"]
