"""What the process that takes configurations does with them, one after the other."""

from __future__ import annotations

import io
import json
import logging
import zipfile
from collections.abc import Iterator
from typing import Any

import pytest

import vedette
from vedette import _native
from vedette.lifecycle import running
from vedette.lifecycle.remote_changes import Changes


class Config:
    """A configuration as the native client hands it over."""

    def __init__(self, product: str, name: str, value: object) -> None:
        self.path = f"datadog/2/{product}/{name}/config"
        self.product, self.id, self.version = product, name, 1
        self.content = json.dumps(value).encode()
        self.hash = str(hash(self.content))

    def value(self) -> Any:
        return json.loads(self.content)


LEVEL = Config("AGENT_CONFIG", "level", {"config": {"log_level": "debug"}})
TASK = Config("AGENT_TASK", "flare", {"task_type": "tracer_flare", "uuid": "u", "args": {"case_id": "4711"}})


@pytest.fixture
def changes() -> Iterator[Changes]:
    """Of a started vedette."""
    vedette.start(in_memory=True, instrument=False, protection="report")
    started = running()
    assert started is not None
    made = Changes(started)
    yield made
    made([])
    vedette.stop()


def put(changes: Changes, *configs: Config) -> dict[str, str]:
    """Errors by path."""
    return dict(changes(list(configs))[0])  # type: ignore[arg-type]


def test_a_flare_has_the_log_since_its_level_was_raised(changes: Changes, monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[bytes] = []

    def post(url: str, path: str, content_type: str, body: bytes, timeout: float) -> int:
        sent.append(body)
        return 200

    monkeypatch.setattr(_native, "post", post)
    put(changes, LEVEL)
    logging.getLogger("vedette").debug("seen before the task came")
    put(changes, TASK)  # the level is taken back at the same time
    body = sent[0]
    with zipfile.ZipFile(io.BytesIO(body[body.index(b"PK\x03\x04") : body.rindex(b"\r\n--")])) as flare:
        assert b"seen before the task came" in flare.read("log.txt")


def test_a_flare_that_could_not_be_sent_is_told_where_it_was_asked_for(
    changes: Changes, monkeypatch: pytest.MonkeyPatch
) -> None:
    def post(url: str, path: str, content_type: str, body: bytes, timeout: float) -> int:
        if b"4712" in body:
            raise ValueError("an address that can't be understood")
        return 200

    monkeypatch.setattr(_native, "post", post)
    other = Config("AGENT_TASK", "other", {"task_type": "tracer_flare", "uuid": "v", "args": {"case_id": "4712"}})
    rate = Config("APM_TRACING", "rate", {"lib_config": {"tracing_sampling_rate": 0.5}})
    told = put(changes, TASK, other, rate)
    assert (told[TASK.path], told[rate.path]) == ("", "")
    assert "could not be sent" in told[other.path]
    assert put(changes, TASK, other, rate) == told, "neither is sent again, and what became of it is told again"


def test_a_flare_says_of_lists_of_people_only_how_long_they_are(monkeypatch: pytest.MonkeyPatch) -> None:
    from vedette.lifecycle.telemetry import telemetry_options

    lists = {"deny_users": ["mallory"], "deny_addresses": ["203.0.113.7"], "deny_sessions": ["5f2b9"]}
    sent: list[bytes] = []
    monkeypatch.setattr(_native, "post", lambda url, path, content_type, body, timeout: sent.append(body) or 200)
    vedette.start(in_memory=True, instrument=False, exporters="datadog", **lists, allow_addresses=["198.51.100.0/24"])
    try:
        started = running()
        assert started is not None
        told = json.dumps(telemetry_options(started.settings))
        assert '"1 entries"' in told
        put(Changes(started), TASK)
    finally:
        vedette.stop()
    body = sent[0]
    with zipfile.ZipFile(io.BytesIO(body[body.index(b"PK\x03\x04") : body.rindex(b"\r\n--")])) as flare:
        told += "".join(flare.read(name).decode() for name in flare.namelist())
    for secret in ("mallory", "203.0.113.7", "5f2b9", "198.51.100.0"):
        assert secret not in told


def test_the_level_of_the_log_goes_back_without_a_flare(changes: Changes) -> None:
    log = logging.getLogger("vedette")
    before = log.level, list(log.handlers)
    put(changes, LEVEL)
    assert log.level == logging.DEBUG
    put(changes)
    assert (log.level, log.handlers) == before


def test_what_could_not_be_used_together_is_good_again_when_it_can(
    changes: Changes, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = Config("ASM_DATA", "ips", {"rules_data": []})
    other = Config("ASM", "other", {"rules_override": []})
    refusing = [True]
    real = changes._running.protect_anew

    def protect_anew(sets: Any, rules: Any) -> None:
        if refusing:
            raise ValueError("not together")
        real(sets, rules)

    monkeypatch.setattr(changes._running, "protect_anew", protect_anew)
    assert set(put(changes, data, other).values()) == {"not together"}
    refusing.clear()
    assert put(changes, data) == {data.path: ""}


def test_keys_that_are_none_switch_off_only_what_they_are_for(caplog: pytest.LogCaptureFixture) -> None:
    try:
        vedette.start(instrument=False, remote_configuration_keys=("abc",), exporters="datadog")
        assert running() is not None
        assert "remote configuration is off" in caplog.text
        assert _native.remote_status() is None
    finally:
        vedette.stop()
