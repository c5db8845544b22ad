"""An operator at the page, in a real browser, and an application that runs: denied, served again, rules changed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.agent.browser import Browser, Keys, needs_chromium
from tests.agent.test_browser_panels import violations
from tests.agent.test_process import running
from tests.remote.conftest import App, start  # noqa: F401  (a fixture)

pytestmark = needs_chromium
ATTACK = "/search?q=%3Cscript%3Ealert(1)%3C/script%3E"


@pytest.fixture
def page(tmp_path: Path, chromium: Browser) -> Iterator[Browser]:
    """The browser at an agent of its own."""
    with running("--data", str(tmp_path), "--no-grpc") as agent:
        chromium.turn_to(agent.page)
        yield chromium
        assert chromium.complaints() == []
        chromium.open("/shortcuts")  # nothing is asked of an agent that is gone


def pick(page: Browser, name: str, value: str) -> None:
    """Chooses in a select."""
    page.one(f'select[name="{name}"] option[value="{value}"]').click()


def in_force(page: Browser) -> None:
    """Waits until the page says that the change is in force."""
    page.until(lambda: any("in force" in row.text for row in page.all("#processes tbody tr")))


def test_an_address_is_denied_and_served_again(page: Browser, start: Any) -> None:  # noqa: F811
    app: App = start(page.page)
    assert app.get(ATTACK)[0] == 200
    page.open("/remote")
    page.one('input[name="service"]').send_keys("shop")
    pick(page, "protection", "block")
    page.one('form[aria-label="Set options"] button').click()
    page.until(lambda: "settings saved" in page.one(".said").text)
    in_force(page)
    assert app.get(ATTACK)[0] == 403
    assert violations(page) == []

    page.open("/deny-lists")
    page.one('textarea[name="entries"]').send_keys("203.0.113.7\n198.51.100.0/24 # scanners")
    page.one('form[aria-label="Add entries"] button').click()
    page.until(lambda: len(page.all(".grid tbody tr")) == 2)
    page.until(lambda: "In force" in page.one("#reach").text)
    assert [app.get("/", client=client)[0] for client in ("203.0.113.7", "198.51.100.9", "192.0.2.1")] == [
        403,
        403,
        200,
    ]
    assert violations(page) == []

    page.one('button[aria-label="Remove 203.0.113.7"]').send_keys(Keys.ENTER)
    page.until(lambda: len(page.all(".grid tbody tr")) == 1)
    page.until(lambda: "In force" in page.one("#reach").text)
    assert [app.get("/", client=client)[0] for client in ("203.0.113.7", "198.51.100.9")] == [200, 403]


def test_rules_are_changed_and_checked(page: Browser, start: Any) -> None:  # noqa: F811
    app: App = start(page.page, VEDETTE_PROTECTION="block")
    page.open("/rules?q=vdt-xss-001")
    assert len(page.all('select[name="mode"]')) == 1
    page.one('select[name="mode"] option[value="off"]').click()
    page.until(lambda: "vdt-xss-001 saved" in page.one(".said").text)
    assert violations(page) == []

    page.open("/rules")
    page.all("details summary")[-1].click()
    form = 'form[aria-label="Add a rule"]'
    page.one(f'{form} input[name="id"]').send_keys("own-1")
    area = page.one(f'{form} textarea[name="rule"]')
    area.clear()
    area.send_keys('{"conditions": [{"operator": "guess"}]}')
    page.one(f"{form} button").click()
    page.until(lambda: page.all(".said .problem"))
    area = page.one(f'{form} textarea[name="rule"]')
    assert "guess" in area.get_attribute("value"), "what was typed is still there"
    area.clear()
    parameters = {"inputs": [{"address": "server.request.query"}], "list": ["zebra"]}
    conditions = [{"operator": "phrase_match", "parameters": parameters}]
    area.send_keys(json.dumps({"name": "Zebras", "conditions": conditions, "on_match": ["block"]}))
    page.one(f"{form} button").click()
    page.until(lambda: page.all(".own-rule"))
    page.until(lambda: "In force" in page.one("#reach").text)
    assert app.get("/search?q=a+zebra")[0] == 403
    page.picture("rules-light")


def test_a_file_fills_the_form(page: Browser, tmp_path: Path) -> None:
    (tmp_path / "addresses.txt").write_text("203.0.113.1\n203.0.113.2\n")
    page.open("/deny-lists")
    page.one("#file").send_keys(str(tmp_path / "addresses.txt"))
    page.until(lambda: "203.0.113.2" in page.one('textarea[name="entries"]').get_attribute("value"))
    page.one('form[aria-label="Add entries"] button').click()
    page.until(lambda: "2 entries saved" in page.one(".said").text)
