"""`vedette api` beside a running agent."""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Iterator
from typing import Any

import pytest

pytest.importorskip("duckdb", reason="the agent needs its extra: pip install 'vedette[agent]'")

from tests.agent.test_process import Running, running
from vedette.cli.api import line, main, printable


@pytest.fixture(scope="module")
def agent() -> Iterator[Running]:
    """An agent that has seen one endpoint each of two services."""
    with running("--memory") as started:
        send(started)
        yield started


def send(agent: Running) -> None:
    def said(name: str, value: str) -> dict[str, Any]:
        return {"key": name, "value": {"stringValue": value}}

    resources = []
    for service in ("shop", "cart"):
        attributes = [said("http.route", "/a/{x}"), said("http.request.method", "GET")]
        attributes += [said("security.api.request.query.schema", '[{"mail":[8,{"category":"pii","type":"email"}]}]')]
        span = {
            "traceId": "a" * 32, "spanId": "b" * 16, "name": "GET", "kind": 2,
            "startTimeUnixNano": "1760000000000000000", "endTimeUnixNano": "1760000000001000000",
            "attributes": attributes,
        }  # fmt: skip
        resource = {"attributes": [said("service.name", service)]}
        resources.append({"resource": resource, "scopeSpans": [{"spans": [span]}]})
    body = json.dumps({"resourceSpans": resources}).encode()
    request = urllib.request.Request(agent.otlp + "/v1/traces", body, {"Content-Type": "application/json"})
    urllib.request.urlopen(request, timeout=10).close()
    agent.ask("/api/summary")


def test_endpoints_are_listed(agent: Running, capsys: Any) -> None:
    assert main(["list", "--url", agent.page]) == 0
    first, second = capsys.readouterr().out.splitlines()
    assert first == "cart  GET    /a/{x}  1 requests · authentication unknown · pii:email"
    assert second.startswith("shop  GET")
    assert main(["list", "shop", "--json", "--url", agent.page]) == 0
    assert [each["service"] for each in json.loads(capsys.readouterr().out)] == ["shop"]


def test_a_service_is_exported(agent: Running, capsys: Any, tmp_path: Any) -> None:
    assert main(["export", "shop", "--url", agent.page]) == 0
    document = json.loads(capsys.readouterr().out)
    assert list(document["paths"]) == ["/a/{x}"]
    path = tmp_path / "openapi.json"
    assert main(["export", "shop", "-o", str(path), "--url", agent.page]) == 0
    assert json.loads(path.read_text()) == document


def test_what_is_missing_is_said(agent: Running, capsys: Any, tmp_path: Any) -> None:
    assert main(["export", "--url", agent.page]) == 1
    assert "say which service; services: cart, shop" in capsys.readouterr().err
    assert main(["export", "nobody", "--url", agent.page]) == 1
    assert "no such service" in capsys.readouterr().err
    assert main(["export", "shop", "-o", str(tmp_path), "--url", agent.page]) == 1
    assert "cannot write" in capsys.readouterr().err
    assert main(["list", "--url", "http://127.0.0.1:9"]) == 1
    assert "Start one: vedette agent" in capsys.readouterr().err


def test_nothing_reaches_the_terminal_as_a_command() -> None:
    evil = "\x1b]0;owned\x07\x1b[2J\r\n"
    told = {"service": evil, "method": evil, "route": evil, "requests": 1, "authentication": [evil], "attacks": 0}
    assert not set(printable(line({**told, "sensitive_data": [evil]}))) & set("\x1b\x07\r\n")
