"""The page in a real browser: list, search, trace, span, by mouse and keys; nothing from elsewhere, no errors."""

from __future__ import annotations

import json
import time
import urllib.request

import pytest

from tests.agent.browser import Keys, needs_chromium
from tests.agent.conftest import PAYLOADS
from tests.agent.test_process import running

pytestmark = needs_chromium
EVIL = "<img src=x onerror=\"document.title='owned'\"><script>document.title='owned'</script>"


def otlp(trace: str, count: int = 1, name: str = "work", **attributes: str) -> dict:
    """An OTLP payload of one trace with that many spans, each a child of one before it."""
    now = time.time_ns()
    said = [{"key": key, "value": {"stringValue": value}} for key, value in attributes.items()]
    spans = [
        {
            "traceId": trace, "spanId": f"{n + 1:016x}", "parentSpanId": f"{(n + 2) // 3:016x}" if n else "",
            "name": name, "startTimeUnixNano": str(now + n * 1000), "endTimeUnixNano": str(now + n * 1000 + 900_000),
            "attributes": said,
        }
        for n in range(count)
    ]  # fmt: skip
    resource = {"attributes": [{"key": "service.name", "value": {"stringValue": "made"}}]}
    return {"resourceSpans": [{"resource": resource, "scopeSpans": [{"spans": spans}]}]}


@pytest.fixture(scope="module")
def agent():
    with running("--memory") as started:
        yield started


def send(agent, payload: dict) -> None:
    body = json.dumps(payload).encode()
    request = urllib.request.Request(agent.otlp + "/v1/traces", body, {"Content-Type": "application/json"})
    urllib.request.urlopen(request, timeout=10).close()
    agent.ask("/api/summary")  # waits until it is stored


def send_recorded(agent) -> None:
    agent.send(agent.page + "/v0.4/traces", "ddtrace.v0.4.msgpack", "application/msgpack")
    agent.send(agent.otlp + "/v1/traces", "opentelemetry.otlp.pb", "application/x-protobuf")
    agent.ask("/api/summary")


def test_traces_appear_by_themselves_and_can_be_read_down_to_a_span(agent, browser):
    browser.open("/")
    assert "Waiting for the first trace" in browser.one(".empty").text
    browser.picture("empty")
    send_recorded(agent)
    browser.until(lambda: len(browser.all(".list tbody tr")) == 5)
    assert len(browser.all(".list .mark.attack")) == 1
    browser.picture("live-light")

    search = browser.one("#q")
    search.send_keys("service:billing")
    browser.until(lambda: len(browser.all(".list tbody tr")) == 1)
    assert browser.driver.current_url.endswith("/?q=service%3Abilling")
    assert browser.one(".chip").text.startswith("service:billing")
    browser.one(".chip a").click()
    browser.until(lambda: len(browser.all(".list tbody tr")) == 5)
    browser.one(".quick .is-attack").click()
    browser.until(lambda: len(browser.all(".list tbody tr")) == 1)

    browser.one(".list tbody td.time").click()
    browser.one("#spans .row.attack .tree").click()
    assert "Arachni" in browser.one("#detail .finding").text
    assert "?span=" in browser.driver.current_url
    browser.picture("trace-light")
    browser.driver.refresh()
    assert "Arachni" in browser.one("#detail .finding").text
    browser.one("#close").click()
    browser.until(lambda: not browser.all("#detail article"))
    browser.one("#back").click()
    browser.until(lambda: browser.driver.current_url.endswith("/?q=attack"))


def test_it_can_be_used_without_a_mouse(agent, browser):
    browser.colours("dark")
    send_recorded(agent)
    browser.open("/")
    browser.one("body").send_keys("/")
    browser.press("op:flask.request", Keys.ESCAPE)
    browser.until(lambda: "flask.request" in browser.driver.current_url)
    browser.until(lambda: browser.all(".list tbody tr"))
    browser.picture("live-dark")
    browser.press("j", "j", "k", Keys.ENTER)
    browser.one("#spans")
    browser.press("j")
    browser.until(lambda: browser.one("#detail h2").text == "flask.request")
    shown = len(browser.all("#spans .row"))
    browser.picture("trace-dark")
    browser.press(Keys.ARROW_LEFT)
    assert len(browser.all("#spans .row")) == 1
    browser.press(Keys.ARROW_RIGHT)
    assert len(browser.all("#spans .row")) == shown
    browser.press("j")
    browser.until(lambda: browser.one("#detail h2").text == "flask.application")
    browser.press(Keys.ESCAPE, Keys.ESCAPE)
    browser.until(lambda: browser.all(".list"))


def test_hostile_spans_are_text(agent, browser):
    send(agent, otlp("e" * 32, 2, EVIL, **{"db.query.text": EVIL, "http.url": "javascript:alert(1)", EVIL[:90]: EVIL}))
    browser.open("/")
    browser.until(lambda: "<img" in browser.one(".list").text)
    browser.open("/trace/" + "e" * 32)
    browser.one("#spans .tree").click()
    browser.until(lambda: "<img" in browser.one("#detail").text)
    assert "owned" not in browser.driver.title.split(" ")[0]
    assert browser.driver.title.startswith("<img")


def test_a_trace_of_ten_thousand_spans_is_drawn_at_once_and_scrolls(agent, browser):
    send(agent, otlp("b" * 32, 10_000))
    browser.open("/trace/" + "b" * 32)
    assert browser.one("#spans").get_attribute("aria-rowcount") == "10000"
    assert 10 < len(browser.all("#spans .row")) < 120  # only those in sight exist
    drawn = browser.driver.execute_script(
        "return document.documentElement.dataset.drawn - performance.getEntriesByType('navigation')[0].responseEnd"
    )
    print(f"10,000 spans drawn {drawn:.0f} ms after the answer")
    assert drawn < 2_000  # 0.2 s on an idle machine
    browser.press(Keys.END)
    browser.until(lambda: "?span=" in browser.driver.current_url)
    assert browser.one("#spans .row.open").get_attribute("aria-rowindex") == "10000"
    assert browser.driver.execute_script("return document.getElementById('spans').scrollTop") > 200_000
    browser.press(Keys.HOME)
    browser.until(lambda: browser.one("#spans .row.open").get_attribute("aria-rowindex") == "1")
    browser.press(Keys.ARROW_LEFT)
    browser.until(lambda: len(browser.all("#spans .row")) == 1)


def send_endpoint(agent) -> None:
    body = '[{"email":[8,{"category":"pii","type":"email"}],"lines":[[[{"sku":[8]}]],{"len":1}]}]'
    told = {
        "http.route": f"/orders/{{id}}/{EVIL}",
        "http.request.method": "POST",
        "security.api.request.body.schema": body,
    }
    payload = otlp("c" * 32, 1, "POST", **told, **{"security.api.authentication": "bearer"})
    payload["resourceSpans"][0]["scopeSpans"][0]["spans"][0]["kind"] = 2
    send(agent, payload)


def test_the_api_inventory_can_be_read(agent, browser):
    send_endpoint(agent)
    browser.open("/api-inventory?find=orders")
    row = browser.one(".grid.api tbody tr")
    assert "bearer" in row.text
    assert "email" in row.text
    browser.picture("inventory-light")
    browser.one(".grid.api .main a").click()
    browser.one(".shape")
    assert [line.text.split("\n")[0].strip() for line in browser.all(".shape:first-of-type li")] == [
        "object",
        "email string email",
        "lines list of object",
        "each object",
        "sku string",
    ]
    assert browser.driver.title.startswith("POST /orders/{id}/<img")
    browser.colours("dark")
    browser.picture("endpoint-dark")
    browser.one(".crumbs a").click()
    browser.until(lambda: browser.all(".grid.api"))


@pytest.mark.parametrize("width", [390, 820])
def test_narrow_screens_need_no_sideways_scrolling(agent, browser, width):
    send_recorded(agent)
    browser.size(width)
    trace = agent.ask("/api/traces?q=attack")["traces"][0]["trace_id"]
    send_endpoint(agent)
    for name, path in (("live", "/"), ("inventory", "/api-inventory"), ("trace", f"/trace/{trace}")):
        browser.open(path)
        browser.one("main")
        assert browser.driver.execute_script("return document.documentElement.scrollWidth") <= width
        browser.picture(f"{name}-{width}")
    browser.one("#spans .tree").click()
    browser.one("#detail .finding")
    browser.picture(f"span-{width}")


def test_recorded_payloads_are_small():
    assert sum(path.stat().st_size for path in PAYLOADS.iterdir()) < 50_000
