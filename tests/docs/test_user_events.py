"""The example of docs/user-events.md does what the page says."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from tests.docs.pages import example, read
from tests.integrations.accounts import protected
from tests.integrations.made import Spans
from vedette import _native
from vedette.settings.options import OPTIONS

PAGE = read("user-events.md")
pytestmark = pytest.mark.usefixtures("instrumented")


@pytest.fixture
def client() -> Any:
    """Of the page's application."""
    namespace = example("user-events.md")
    return namespace["app"].test_client()


def attributes(client: Any, method: str, path: str, **more: Any) -> dict[str, Any]:
    """What the request's span says."""
    _native.take()
    response = client.open(path, method=method, **more)
    response.get_data()
    response.close()
    return dict(Spans().one()["attributes"])


def test_the_example(client: Any) -> None:
    with protected():
        good = attributes(client, "POST", "/login", data={"name": "al", "password": "anchor"})
        bad = attributes(client, "POST", "/login", data={"name": "al", "password": "rope"})
        order = attributes(client, "GET", "/orders")
        coupon = attributes(client, "POST", "/coupons/SPRING")
    success, failure = "appsec.events.users.login.success.", "appsec.events.users.login.failure."
    assert (good[success + "usr.id"], good[success + "plan"], good["user.id"]) == ("id-al", "pro", "id-al")
    assert (bad[failure + "usr.login"], bad[failure + "usr.exists"]) == ("al", "true")
    assert (order["user.id"], order["session.id"], order["user.email"]) == ("id-al", "s-1", "al@example.org")
    assert coupon["appsec.events.coupon.redeemed.code"] == "SPRING"


def test_the_deny_list(client: Any, tmp_path: Path) -> None:
    file = tmp_path / "denied"
    (lines,) = re.findall(r"```\n(# VEDETTE_DENY_LIST.*?)```", PAGE, re.DOTALL)
    file.write_text(lines)
    with protected("block", deny_list=str(file)):
        assert client.get("/orders").status_code == 403
    with protected("block", deny_users="bob"):
        assert client.get("/orders").status_code == 200
        assert client.post("/login", data={"name": "bob", "password": ""}).status_code == 403


def test_the_settings_of_the_page_exist() -> None:
    named = {name.lower() for name in re.findall(r"`VEDETTE_((?!DJANGO)[A-Z_]+)", PAGE)}
    assert named <= set(OPTIONS)
    assert len(named) >= 6


def test_the_rules_of_the_page_are_those_of_the_findings() -> None:
    from vedette.protection.takeover_findings import RULES  # which waits for protection, as applications do

    assert re.findall(r"\| `(vdt-ato-\d+)`", PAGE) == [rule[0] for rule in RULES.values()]
