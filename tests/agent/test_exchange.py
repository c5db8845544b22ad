"""Traces out of an agent and into another: every format, beside a running agent and without one; and clearing up."""

from __future__ import annotations

import contextlib
import http.server
import json
import subprocess
import sys
import threading

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.agent.conftest import LocalAgent
from tests.agent.made import row
from tests.agent.test_process import running
from vedette.agent import client
from vedette.agent.exchange.lines import BadSpan, row_of, span_of
from vedette.agent.options import Options
from vedette.agent.store import Database, SpanRow

TRACE = "ab" * 16


def vedette(*arguments: object, code: int = 0) -> str:
    """What the command says, on both outputs."""
    command = [sys.executable, "-m", "vedette", *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, stdin=subprocess.DEVNULL)
    assert done.returncode == code, done.stderr
    assert "Traceback" not in done.stderr
    return done.stdout + done.stderr


def spans_in(folder) -> list[dict]:
    """Everything that a data folder holds, without when it came."""
    database = Database(folder)
    cursor = database.cursor()
    found = cursor.execute("SELECT * FROM spans ORDER BY start, span_id")
    names = [column[0] for column in found.description]
    spans = [span_of(dict(zip(names, values))) for values in found.fetchall()]
    database.close()
    return spans


@pytest.fixture
def folder(tmp_path):
    """A data folder with two traces, one of them with all that a span can hold."""
    failure = {"type": "ValueError", "message": "no money", "stack": "at shop.py\n"}
    event = {"name": "paid", "time_unix_nano": 17, "attributes": {"sum": 12}}
    link = {
        "trace_id": "cd" * 16,
        "span_id": "00000000000000ff",
        "tracestate": "a=b",
        "flags": 1,
        "attributes": {"w": 1},
    }
    rich = row(
        trace_id=TRACE,
        span_id=(1 << 64) - 1,
        error=True,
        failure=failure,
        events=[event],
        links=[link],
        attributes={"text": "ä '\"\\ \x00", "list": ["a", "b"], "whole": 2**60, "half": 0.5, "truth": True},
        structures={"s": {"a": [1]}},
        process={"service.name": "shop", "service.version": "1.2"},
        version="1.2",
    )
    agent = LocalAgent(Options(data=tmp_path / "first"))
    agent.store([rich, row(trace_id=TRACE, parent_id=(1 << 64) - 1, resource="child"), row(service="other")])
    agent.close()
    return tmp_path / "first"


@pytest.mark.parametrize("name", ["spans.jsonl", "spans.parquet"])
def test_everything_comes_back_as_it_was(folder, tmp_path, name):
    assert "3 spans" in vedette("export", tmp_path / name, "--data", folder)
    assert "3 spans" in vedette("import", tmp_path / name, "--data", tmp_path / "second")
    assert spans_in(tmp_path / "second") == spans_in(folder)


def test_otlp_json_holds_what_otlp_can(folder, tmp_path):
    vedette("export", tmp_path / "spans.json", f"trace:{TRACE}", "--data", folder)
    (request,) = map(json.loads, (tmp_path / "spans.json").read_text().splitlines())
    assert len(request["resourceSpans"]) == 2  # by process
    vedette("import", tmp_path / "spans.json", "--data", tmp_path / "second")
    kept = (
        "trace_id",
        "span_id",
        "parent_id",
        "service",
        "name",
        "resource",
        "kind",
        "start",
        "duration",
        "error",
        "type",
    )
    before = [span for span in spans_in(folder) if span["trace_id"] == TRACE]
    after = spans_in(tmp_path / "second")
    assert [{name: span[name] for name in kept} for span in after] == [
        {name: span[name] for name in kept} for span in before
    ]
    assert [span["attributes"] for span in after] == [span["attributes"] for span in before]
    assert (after[0]["failure"], after[0]["events"], after[0]["links"]) == (
        before[0]["failure"],
        before[0]["events"],
        before[0]["links"],
    )


def test_beside_running_agents(folder, tmp_path):
    with running("--data", str(folder)), running("--data", str(tmp_path / "second")) as second:
        vedette("export", tmp_path / "spans.jsonl", "--data", folder)
        vedette("import", tmp_path / "spans.jsonl", "--data", tmp_path / "second")
        assert second.ask("/api/summary")["spans"] == 3
        vedette("export", tmp_path / "spans.json", "service:other", "--url", second.page)
        vedette("import", tmp_path / "spans.json", "--data", tmp_path / "second")
        assert second.ask("/api/summary")["spans"] == 4
        assert "an agent runs on" in vedette("clean", "--yes", "--data", folder, code=1)
        assert "answers 403" in vedette(
            "import", tmp_path / "spans.jsonl", "--url", second.page, "--data", tmp_path, code=1
        )


def test_an_import_needs_the_token(agent):
    line = json.dumps({"trace_id": TRACE, "span_id": "01", "start": 1, "duration": 1}).encode()
    assert agent.client.post("/api/import", content=line).status_code == 403
    assert agent.client.post("/api/import", content=line, headers={"X-Vedette-Token": "guess"}).status_code == 403
    given = {"X-Vedette-Token": agent.token}
    assert agent.client.post("/api/import", content=line, headers={**given, "Origin": "http://evil"}).status_code == 403
    assert agent.client.post("/api/import", content=line, headers=given).json() == {"spans": 1}
    assert agent.client.post("/api/import", content=b"[" * 100_000, headers=given).status_code == 400


def test_a_file_that_is_none_is_said(tmp_path):
    (tmp_path / "x.jsonl").write_text('{"trace_id": 1}\n')
    (tmp_path / "x.parquet").write_text("nonsense")
    for name in ("x.jsonl", "x.parquet", "missing.jsonl"):
        assert vedette("import", tmp_path / name, "--data", tmp_path / "second", code=1).startswith("vedette import: ")
    assert "name the file" in vedette("export", tmp_path / "x.csv", "--data", tmp_path / "second", code=2)


def test_clean_removes_what_was_kept_and_nothing_else(folder):
    (folder / "notes.txt").write_text("mine")
    (folder / "traces.duckdb").write_bytes(b"damaged")
    assert "nothing was removed" in vedette("clean", "--data", folder, code=2)
    assert "removed" in vedette("clean", "--data", folder, "--yes")
    left = {path.name for path in folder.iterdir()}
    assert "notes.txt" in left
    assert not left & {"traces.duckdb", "traces.duckdb.wal", "forward"}
    assert "nothing is kept" in vedette("clean", "--data", folder, "--yes")


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=40),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


@settings(suppress_health_check=[HealthCheck.too_slow])  # which goes by the clock
@given(st.fixed_dictionaries({}, optional=dict.fromkeys(SpanRow._fields, VALUES)))
def test_what_is_no_span_is_refused_with_a_reason(made):
    with contextlib.suppress(BadSpan):  # nothing else may come out
        assert len(row_of(made).trace_id) == 32


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "1e999"])
def test_numbers_that_json_does_not_have_are_refused(agent, number, tmp_path):
    span = f'{{"trace_id": "{TRACE}", "span_id": "01", "start": 1, "duration": 1, "attributes": {{"a": [{number}]}}}}'
    given = {"X-Vedette-Token": agent.token}
    answer = agent.client.post("/api/import", content=span.encode(), headers=given)
    assert (answer.status_code, "is none, or infinite" in answer.text) == (400, True)
    (tmp_path / "x.jsonl").write_text(span)
    assert "line 1: " in vedette("import", tmp_path / "x.jsonl", "--data", tmp_path / "data", code=1)


def test_the_token_goes_to_this_machine_unless_a_folder_was_named(monkeypatch, tmp_path):
    monkeypatch.delenv(client.TOKEN, raising=False)
    monkeypatch.setattr(client, "default_data_folder", lambda: tmp_path)
    (tmp_path / "token").write_text("usual\n")
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "token").write_text("named\n")
    for url in ("http://127.0.0.1:1", "http://localhost:1", "http://[::1]:1"):
        assert client.token_for(url, None) == "usual"
    for url in ("http://evil.example", "http://127.0.0.1.evil.example", "http://127.0.0.1@evil.example", "nothing"):
        assert client.token_for(url, None) == ""
    assert client.token_for("http://elsewhere", tmp_path / "other") == "named"
    assert client.token_for("http://127.0.0.1:1", tmp_path / "none") == ""
    monkeypatch.setenv(client.TOKEN, "told")
    assert client.token_for("http://elsewhere", None) == "told"


def test_neither_a_redirect_nor_a_proxy_gets_the_token(monkeypatch):
    asked = []

    class Elsewhere(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            asked.append(self.path)
            self.send_response(302)
            self.send_header("Location", "/stolen")
            self.end_headers()

        do_GET = do_POST

        def log_message(self, *args):
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Elsewhere) as server:
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
        agent = client.Client(f"http://127.0.0.1:{server.server_port}", "token")
        with pytest.raises(client.Refused, match="answers 302"), agent.stream("/api/import", b"{}", "text/plain"):
            pass
        server.shutdown()
    assert asked == ["/api/import"]
