"""Rules that can't be used at all: no request pays for reading them again, and others can take their place."""

from __future__ import annotations

from typing import Any

import pytest

from tests.protection.shops.flask import FlaskClient
from vedette.protection import Protection, policy
from vedette.protection.rule_file import RemoteRules
from vedette.settings import load

ATTACK = "/page?q=%3Cscript%3Ealert(1)%3C/script%3E"


def test_they_are_read_once(monkeypatch: pytest.MonkeyPatch, caplog: Any) -> None:
    read: list[Any] = []
    reads = policy.read_rules

    def noted(*args: Any, **more: Any) -> Any:
        read.append(args)
        return reads(*args, **more)

    monkeypatch.setattr(policy, "read_rules", noted)
    settings, client = load({"protection": "block"}), FlaskClient()
    protection = Protection(settings, RemoteRules([b"{"]))
    protection.start()
    try:
        assert [client(ATTACK).status for _ in range(3)] == [200] * 3
        assert len(read) == 1
        assert len([record for record in caplog.records if "protects nothing" in record.message]) == 1
        protection.change(settings, RemoteRules())
        assert client(ATTACK).status == 403
    finally:
        protection.undo()
    assert client(ATTACK).status == 200
