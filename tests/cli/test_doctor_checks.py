"""What the doctor finds in an environment: settings, backend, server, sampling, files."""

from __future__ import annotations

import json
import re
import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar

import pytest

import vedette
from vedette.cli._doctor.checks import backend, files, launch, libraries, sampling, server, settings
from vedette.cli._doctor.finding import CATALOGUE, Finding
from vedette.cli._doctor.patient import Patient


def patient(folder: Path, *command: str, **environ: str) -> Patient:
    return Patient("a test", environ, str(folder), command)


def codes(findings: Iterator[Finding]) -> list[str]:
    return [finding.code for finding in findings if finding.code]


def test_every_code_is_used_and_explained() -> None:
    room = Path(vedette.__path__[0]) / "cli" / "_doctor"
    used = set(re.findall(r'"(V\d{3})"', "".join(file.read_text() for file in (room / "checks").glob("*.py"))))
    assert used == set(CATALOGUE)
    assert all(each.title and each.advice.endswith(".") for each in CATALOGUE.values())


def test_settings_that_have_no_effect(tmp_path: Path) -> None:
    found = list(settings.check(patient(tmp_path, VEDETTE_SERVIEC="a", VEDETTE_SAMPLE_RATE="often")))
    assert {each.code for each in found} == {"V301", "V302", "V304"}
    unknown = next(each for each in found if each.code == "V301")
    assert "VEDETTE_SERVICE" in unknown.text
    assert unknown.docs.endswith("troubleshooting.md#v301")


def test_settings_that_contradict(tmp_path: Path) -> None:
    told = patient(tmp_path, VEDETTE_SERVICE="mine", DD_SERVICE="theirs", VEDETTE_ENV="a", DD_ENV="a")
    found = [finding for finding in settings.check(told) if finding.code]
    assert [(each.code, each.text, each.reason) for each in found] == [
        ("V303", "service: VEDETTE_SERVICE says mine", "DD_SERVICE says theirs")
    ]


def test_secrets_are_not_told(tmp_path: Path) -> None:
    both = patient(
        tmp_path,
        OTEL_EXPORTER_OTLP_TRACES_HEADERS="key=s3cret",
        OTEL_EXPORTER_OTLP_HEADERS="key=0ther",
        VEDETTE_SERVICE="a",
    )
    told = " ".join(finding.text + finding.reason for finding in settings.check(both))
    assert "V303" in codes(settings.check(both))
    assert "s3cret" not in told
    assert "0ther" not in told


class Backend(BaseHTTPRequestHandler):
    """Answers as the test wants."""

    info: ClassVar[Any] = {"version": "7.70", "endpoints": ["/v0.4/traces"]}
    date: ClassVar[str | None] = None

    def _answer(self) -> None:
        body = json.dumps(self.info).encode() if self.path == "/info" else b"{}"
        self.send_response(200 if self.path in ("/info", "/v1/traces") else 404)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_POST = _answer

    def date_time_string(self, timestamp: float | None = None) -> str:
        return self.date or super().date_time_string()

    def log_message(self, *args: object) -> None:
        """Quiet."""


@pytest.fixture
def answering() -> Iterator[Any]:
    handler = type("OfTest", (Backend,), {})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as made:
        threading.Thread(target=made.serve_forever, daemon=True).start()
        yield handler, f"http://127.0.0.1:{made.server_address[1]}"
        made.shutdown()


def test_an_agent_answers(tmp_path: Path, answering: Any) -> None:
    found = list(backend.check(patient(tmp_path, VEDETTE_AGENT_URL=answering[1])))
    assert [(finding.level, finding.text) for finding in found] == [
        ("ok", f"an agent (version 7.70) answers at {answering[1]}")
    ]


def test_an_otlp_receiver_answers(tmp_path: Path, answering: Any) -> None:
    found = list(backend.check(patient(tmp_path, OTEL_EXPORTER_OTLP_ENDPOINT=answering[1])))
    assert [finding.level for finding in found] == ["ok"]
    wrong = patient(tmp_path, OTEL_EXPORTER_OTLP_TRACES_ENDPOINT=answering[1] + "/elsewhere")
    assert codes(backend.check(wrong)) == ["V402"]


@pytest.mark.parametrize("info", [[], {"endpoints": None}, "text", {"version": "1"}])
def test_something_else_answers(tmp_path: Path, answering: Any, info: Any) -> None:
    answering[0].info = info
    found = codes(backend.check(patient(tmp_path, VEDETTE_AGENT_URL=answering[1])))
    assert found == ["V402"]


def test_an_agent_that_takes_no_traces(tmp_path: Path, answering: Any) -> None:
    answering[0].info = {"endpoints": ["/v0.7/config"]}
    assert codes(backend.check(patient(tmp_path, VEDETTE_AGENT_URL=answering[1]))) == ["V402"]


def test_another_clock(tmp_path: Path, answering: Any) -> None:
    answering[0].date = "Mon, 01 Jan 2024 00:00:00 GMT"
    assert codes(backend.check(patient(tmp_path, VEDETTE_AGENT_URL=answering[1]))) == ["V406"]


def test_nobody_answers(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    assert codes(backend.check(patient(tmp_path, VEDETTE_AGENT_URL=f"http://127.0.0.1:{port}"))) == ["V401"]
    assert codes(backend.check(patient(tmp_path, VEDETTE_AGENT_URL=f"unix://{tmp_path}/none"))) == ["V401"]
    assert codes(backend.check(patient(tmp_path, VEDETTE_EXPORTERS="none"))) == ["V405"]


def test_what_answers_speaks_no_http(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def greet() -> None:
            connection, _ = listening.accept()
            connection.recv(1000)
            connection.sendall(b"220 mail.example ready\r\n")
            connection.close()

        threading.Thread(target=greet, daemon=True).start()
        url = f"http://127.0.0.1:{listening.getsockname()[1]}"
        assert codes(backend.check(patient(tmp_path, VEDETTE_AGENT_URL=url))) == ["V402"]


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        ("uwsgi --http :80 --module shop", ["V501"]),
        ("uwsgi --http :80 --module shop --enable-threads", []),
        ("/usr/bin/uwsgi --threads 4 --skip-atexit", ["V502"]),
        ("uwsgi shop.ini", []),
        ("gunicorn shop:app", []),
        ("python -I app.py", ["V503"]),
        ("env -i python app.py", ["V503"]),
        ("sudo python app.py", ["V503"]),
    ],
)
def test_what_the_command_line_says(tmp_path: Path, command: str, expected: list[str]) -> None:
    assert codes(server.check(patient(tmp_path, *command.split()))) == expected


@pytest.mark.parametrize(("rate", "expected"), [("1.0", []), ("0", ["V601"]), ("0.5", ["V602"])])
def test_what_becomes_of_a_request(tmp_path: Path, rate: str, expected: list[str]) -> None:
    found = list(sampling.check(patient(tmp_path, VEDETTE_SAMPLE_RATE=rate)))
    assert [finding.code for finding in found if finding.code] == expected
    assert not expected or found[0].reason == f"VEDETTE_SAMPLE_RATE={rate}"


def test_switched_off(tmp_path: Path) -> None:
    off = patient(tmp_path, DD_TRACE_ENABLED="false")
    assert codes(launch.check(off)) == ["V102"]
    assert codes(sampling.check(off)) == []


def test_files_that_can_be_read_are_no_finding(tmp_path: Path) -> None:
    (tmp_path / "vedette.toml").write_text("service = 'a'\n")
    assert list(files.check(patient(tmp_path))) == []


def report(**facts: Any) -> dict[str, Any]:
    library = {"version": "1.0", "hooked": ["a", "b"], "missing": [], "failures": 0, "on": True}
    libraries_ = {"flask": {**library, **facts.pop("flask", {})}}
    return {"libraries": libraries_, "refused": {}, "loaded_before": [], "other_tracers": [], "service": "a", **facts}


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({}, []),
        ({"refused": {"redis": "redis 1.0 is older than 2.0"}}, ["V201"]),
        ({"flask": {"missing": ["flask.app:Flask.gone"]}}, ["V202"]),
        ({"flask": {"on": False, "failures": 20}}, ["V205"]),
        ({"loaded_before": ["flask", "json"]}, ["V206"]),
    ],
)
def test_what_processes_tell(tmp_path: Path, facts: dict[str, Any], expected: list[str]) -> None:
    told = Patient("a test", {}, str(tmp_path), ("python",), [report(**facts), report(**facts)])
    assert codes(libraries.check(told)) == expected


def test_another_tracer_in_the_process(tmp_path: Path) -> None:
    told = Patient("a test", {}, str(tmp_path), ("python",), [report(other_tracers=["ddtrace"])])
    assert codes(launch.check(told)) == ["V105"]
