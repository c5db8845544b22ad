"""Every panel in a real browser: drawn, usable by keys and screen readers, at any width, in both colour schemes."""

from __future__ import annotations

from importlib import resources

import pytest

from tests.agent import shop
from tests.agent.browser import Keys, needs_chromium
from tests.agent.test_process import running
from vedette.agent.counters import Counters
from vedette.agent.options import Options
from vedette.agent.store import Database, Writer

pytestmark = needs_chromium
PANELS = (
    "/", "/services", "/services/front", "/endpoints", "/queries", "/outgoing", "/jobs", "/errors", "/attacks",
    "/attacks/what-if?mode=block", "/about", "/shortcuts",
)  # fmt: skip
IDS = [panel.strip("/").partition("?")[0].replace("/", "-") or "live" for panel in PANELS]
DETAILS = ("/endpoints", "/queries", "/errors", "/attacks")
"""Panels whose first line is opened, too."""
HARMFUL = ("critical", "serious")


@pytest.fixture(scope="module")
def agent(tmp_path_factory):
    """An agent that has a day of the shop in its folder."""
    folder = tmp_path_factory.mktemp("data")
    options, database, counters = Options(data=folder), Database(folder), Counters()
    writer = Writer(database, counters, options.limits, options.retention)
    writer.start()
    assert writer.offer(shop.day(), 1000)
    assert writer.flush(20)
    writer.stop()
    database.close()
    with running("--data", str(folder), "--no-grpc") as started:
        yield started


def violations(browser) -> list[str]:
    """What axe finds wrong on the page: rule, and the first element."""
    axe = pytest.importorskip("axe_core_python")
    browser.run((resources.files(axe) / "axe.min.js").read_text())
    found = browser.driver.execute_async_script(
        "const done = arguments[0]; axe.run(document, {resultTypes: ['violations']}).then((r) => done(r.violations))"
    )
    return [f"{v['id']}: {v['nodes'][0]['html'][:160]}" for v in found if v["impact"] in HARMFUL]


def fits(browser) -> bool:
    return browser.run("return document.documentElement.scrollWidth <= innerWidth")


@pytest.mark.parametrize("panel", PANELS, ids=IDS)
def test_panels_are_drawn_for_eyes_and_for_screen_readers(browser, panel):
    browser.open(panel)
    assert browser.one("main").text
    assert len(browser.all(".places a[aria-current]")) == (panel != "/shortcuts")
    for chart in browser.all(".plot"):
        browser.until(lambda chart=chart: chart.find_elements("css selector", "canvas"))
    browser.colours("dark" if PANELS.index(panel) % 2 else "light")  # panels share their colours: each needs one look
    assert violations(browser) == []
    browser.size(390)
    assert fits(browser)


@pytest.mark.parametrize("panel", DETAILS)
def test_lines_open_by_keys(browser, panel):
    browser.open(panel)
    browser.one("main .grid td.main a")
    browser.press("j", Keys.ENTER)
    browser.until(lambda: browser.driver.current_url.partition("?")[0].count("/") > 3)
    assert browser.one("h1").get_attribute("textContent").strip()
    assert violations(browser) == []
    browser.size(390)
    assert fits(browser)


def test_places_are_reached_by_keys_and_by_the_menu_of_a_phone(browser):
    browser.open("/")
    browser.press("g", "s")
    browser.until(lambda: browser.driver.current_url.endswith("/services"))
    browser.press("?")
    browser.until(lambda: browser.driver.current_url.endswith("/shortcuts"))
    browser.size(390)
    browser.one("#menu").click()
    assert browser.one("#menu").get_attribute("aria-expanded") == "true"
    browser.press(Keys.ESCAPE)
    assert not browser.one("#places").is_displayed()
    browser.one("#menu").click()
    browser.one("#places a[href='/errors']").click()
    browser.until(lambda: browser.driver.current_url.endswith("/errors"))


def test_a_search_is_completed_by_keys(browser):
    browser.open("/")
    browser.press("/", "service:wor")
    browser.until(lambda: len(browser.all("#suggestions li")) == 1)
    assert browser.one("#q").get_attribute("aria-expanded") == "true"
    browser.press(Keys.ARROW_DOWN, Keys.ENTER)
    browser.until(lambda: browser.one("#q").get_attribute("value") == "service:worker ")
    browser.until(lambda: len(browser.all(".list tbody tr")) == 10)
    browser.press("has:")
    browser.until(lambda: len(browser.all("#suggestions li")) == 3)
    browser.press(Keys.ESCAPE)
    assert not browser.one("#suggestions").is_displayed()


def test_dragging_over_a_chart_zooms_into_it(browser):
    browser.open("/services/front?t=15m")
    browser.until(lambda: browser.all(".plot .u-over"))
    chart = browser.one(".plot .u-over")
    from selenium.webdriver import ActionChains  # after the check that it is there

    ActionChains(browser.driver).move_to_element(chart).click_and_hold().move_by_offset(120, 0).release().perform()
    browser.until(lambda: "from=" in browser.driver.current_url)
    assert browser.one(".chip time")


def test_waterfall_and_flame_show_the_same_span(agent, browser):
    trace = agent.ask("/api/traces?q=op:celery.run")["traces"][0]["trace_id"]
    browser.open(f"/trace/{trace}")
    assert "in a loop" in browser.one(".hints").text
    browser.one("#spans").click()
    browser.press(Keys.HOME, Keys.ARROW_DOWN)
    browser.until(lambda: browser.one("#detail h2").text == "sqlite.query")
    rows = browser.all("#spans .row")
    assert browser.one("#spans").get_attribute("aria-activedescendant") == rows[1].get_attribute("id")
    browser.press("c")
    assert browser.all("#spans .critical-bar")
    assert violations(browser) == []
    browser.press(Keys.ESCAPE)
    # The root fills the left of the flame graph's first lane.
    from selenium.webdriver import ActionChains  # after the check that it is there

    canvas = browser.one(".flame canvas")
    x, y = -canvas.size["width"] // 2 + 20, -canvas.size["height"] // 2 + 7
    ActionChains(browser.driver).move_to_element_with_offset(canvas, x, y).click().perform()
    browser.until(lambda: browser.one("#detail h2").text == "flask.request")
    browser.one("#find").send_keys("celery")
    assert browser.one("#found").text == "1 span"


def test_what_refreshes_by_itself_keeps_its_place(browser):
    browser.open("/endpoints")
    before = browser.one("#panel")
    browser.run("htmx.trigger(document.body, 'beat')")
    browser.until(lambda: browser.all("#panel") and browser.all("#panel")[0] != before)
    assert len(browser.all("#panel tbody tr")) == 5
    browser.one("#pause").click()
    assert browser.one("#pause").get_attribute("aria-pressed") == "true"
