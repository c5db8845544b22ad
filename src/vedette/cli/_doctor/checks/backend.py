"""Whether what is sent arrives: is there somebody, is it an agent or a receiver, how quick is it, what time has it."""

from __future__ import annotations

import http.client
import json
import socket
import time
from collections.abc import Iterator
from email.utils import parsedate_to_datetime
from typing import NamedTuple
from urllib.parse import SplitResult, urlsplit

from vedette.cli._doctor.finding import Finding, well
from vedette.cli._doctor.patient import Patient
from vedette.settings import Settings

PATIENCE = 3.0
"""Seconds that a backend may take to answer."""
SLOW = 0.5
SKEW = 2.0
"""Seconds by which clocks may differ: `Date` has no fractions (RFC 9110, section 5.6.7)."""


class Answer(NamedTuple):
    """What somebody at the address said."""

    status: int
    body: bytes
    seconds: float
    date: str


def check(patient: Patient) -> Iterator[Finding]:
    """Each protocol that traces are sent by."""
    settings = patient.settings
    if settings.exporters == "none":
        yield Finding("V405", "warning", "traces are sent to nobody", f"by {settings.origin('exporters').key}")
    if settings.exporters in ("datadog", "both"):
        yield from _agent(_agent_url(settings))
    if settings.exporters in ("otlp", "both"):
        yield from _receiver(str(settings.otlp_traces_endpoint))


def _agent_url(settings: Settings) -> str:
    return settings.agent_url or f"http://{settings.agent_host}:{settings.agent_port}"


def _agent(url: str) -> Iterator[Finding]:
    answer = _asked(url, "GET", "/info")
    if isinstance(answer, Finding):
        yield answer
        return
    try:
        told = json.loads(answer.body)
        endpoints = [str(endpoint) for endpoint in told["endpoints"]]
    except (ValueError, KeyError, TypeError):
        yield Finding("V402", "error", f"{url} is no agent", f"/info was answered with {answer.status}")
        return
    embedded = told.get("vedette") == "embedded"
    who = "vedette's own agent" if embedded else f"an agent (version {told.get('version', 'unknown')})"
    yield well(f"{who} answers at {url}")
    if not any("/v0.4/traces" in endpoint or "/v0.5/traces" in endpoint for endpoint in endpoints):
        yield Finding("V402", "error", f"the agent at {url} takes no traces", ", ".join(endpoints))
    yield from _quality(url, answer)


def _receiver(url: str) -> Iterator[Finding]:
    parts = urlsplit(url)
    answer = _asked(url, "POST", parts.path or "/", b'{"resourceSpans":[]}')
    if isinstance(answer, Finding):
        yield answer
    elif answer.status in (404, 405, 501):
        yield Finding("V402", "error", f"{url} takes no traces over OTLP", f"it answered with {answer.status}")
    else:
        yield well(f"an OTLP receiver answers at {url}")
        yield from _quality(url, answer)


def _quality(url: str, answer: Answer) -> Iterator[Finding]:
    if answer.seconds > SLOW:
        yield Finding("V404", "warning", f"{url} took {answer.seconds:.1f} s to answer")
    try:
        ahead = parsedate_to_datetime(answer.date).timestamp() - time.time()
    except (TypeError, ValueError):
        return
    if abs(ahead) > SKEW:
        where = "ahead of" if ahead > 0 else "behind"
        yield Finding("V406", "warning", f"the clock of {url} is {abs(ahead):.0f} s {where} this machine's")


def _asked(url: str, method: str, path: str, body: bytes | None = None) -> Answer | Finding:
    """The answer, or why there is none."""
    begun = time.monotonic()
    try:
        connection = _connection(urlsplit(url))
        headers = {"Content-Type": "application/json"} if body else {}
        connection.request(method, path, body, headers)
        response = connection.getresponse()
        read, date = response.read(1 << 20), response.getheader("Date", "")
        answer = Answer(response.status, read, time.monotonic() - begun, date)
        connection.close()
    except PermissionError as error:
        return Finding("V403", "error", f"{url} can't be opened", str(error))
    except http.client.HTTPException as error:
        return Finding("V402", "error", f"what answers at {url} speaks no HTTP", repr(error))
    except (OSError, ValueError) as error:
        return Finding("V401", "error", f"nobody answers at {url}", str(error) or repr(error))
    return answer


def _connection(parts: SplitResult) -> http.client.HTTPConnection:
    if parts.scheme == "unix":
        return _UnixConnection(parts.path)
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    return kind(parts.hostname or "localhost", parts.port, timeout=PATIENCE)


class _UnixConnection(http.client.HTTPConnection):
    """HTTP over a Unix socket."""

    def __init__(self, path: str) -> None:
        super().__init__("localhost", timeout=PATIENCE)
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(PATIENCE)
        self.sock.connect(self._path)
