"""Takes pictures of the agent's panels in Chromium, as the docs show them.

    python tools/screenshots.py                      a demo under attack, and the pictures of docs/images
    python tools/screenshots.py --agent URL --out DIR --widths 390,1600 --schemes light,dark   of an agent that runs
    ... --only services,errors                       of some panels

Needs chromium, chromedriver and selenium.
"""

from __future__ import annotations

import argparse
import base64
import contextlib
import json
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

ROOT = Path(__file__).resolve().parent.parent
IMAGES = ROOT / "docs" / "images"
FLAGS = "--headless=new --no-sandbox --disable-gpu --hide-scrollbars --no-first-run --disable-background-networking"
SECONDS = 75
"""How long the demo's shop is open before the pictures."""
UNDER_WAY = ".part > .note, .plot:empty"
"""What is there only until the rest of a page has come."""

MOVED = """
const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
while (walker.nextNode()) for (const [from, to] of Object.entries(arguments[0]))
  if (walker.currentNode.data.includes(from)) walker.currentNode.data = walker.currentNode.data.replaceAll(from, to);
"""
"""Takes the paths of the machine that makes the pictures out of stacks."""


class Picture(NamedTuple):
    """One panel."""

    name: str
    path: str
    search: str = ""
    """Its first traces take the places of numbers in the path, which by default is that of the first."""
    click: str = ""
    """Selector of what is clicked first."""


PICTURES = (
    Picture("live", "/?q=kind%3Aserver"),
    Picture("trace", "", "op:fastapi.request resource:*checkout*", ".row"),
    Picture("attack-trace", "", "blocked service:shop-orders op:flask.request resource:*search*", ".row.attack"),
    Picture("services", "/services?t=5m"),
    Picture("service", "/services/shop-front?t=5m"),
    Picture("endpoints", "/endpoints?t=5m"),
    Picture("queries", "/queries?t=5m"),
    Picture("outgoing", "/outgoing?t=5m"),
    Picture("jobs", "/jobs?t=5m"),
    Picture("errors", "/errors?t=5m"),
    Picture("error", "/errors?t=5m", click="table .main a"),
    Picture("attacks", "/attacks?t=5m"),
    Picture("attack", "/attacks?t=5m&kind=sql_injection", click="table .main a"),
    Picture("inventory", "/api-inventory"),
    Picture("users", "/users?t=5m"),
    Picture("what-if", "/attacks/what-if?t=5m&mode=block"),
    Picture("compare", "/compare?a={0}&b={1}", "op:fastapi.request resource:*checkout*"),
    Picture("about", "/about"),
    Picture("rules", "/rules"),
    Picture("deny-lists", "/deny-lists"),
    Picture("remote", "/remote"),
)


def main() -> int:
    """Takes the pictures; returns the exit code."""
    options = _options()
    missing = [name for name in ("chromium", "chromedriver") if shutil.which(name) is None]
    if missing:
        print(f"not found: {', '.join(missing)}", file=sys.stderr)
        return 2
    with _agent(options.agent) as page, _browser() as browser:
        for scheme in options.schemes.split(","):
            for width in map(int, options.widths.split(",")):
                _take(browser, page, options, scheme, width)
    return 0


def _options() -> argparse.Namespace:
    made = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    made.add_argument("--agent", default="", help="address of an agent that runs; without it, a demo is started")
    made.add_argument("--out", type=Path, default=IMAGES)
    made.add_argument("--widths", default="1440")
    made.add_argument("--schemes", default="light,dark")
    made.add_argument("--only", default="")
    return made.parse_args()


@contextlib.contextmanager
def _agent(given: str) -> Iterator[str]:
    """The address of an agent with something to see."""
    if given:
        yield given.rstrip("/")
        return
    port = 8799
    command = [sys.executable, "-m", "vedette", "demo", "--port", str(port)]
    demo = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        page = f"http://127.0.0.1:{port}"
        _wait_until_seen(page, time.monotonic() + SECONDS * 2)
        time.sleep(SECONDS)
        yield page
    finally:
        demo.terminate()
        demo.wait(20)


def _wait_until_seen(page: str, deadline: float) -> None:
    while time.monotonic() < deadline:
        with contextlib.suppress(urllib.error.URLError, OSError):
            if _ask(page + "/api/summary")["attacks"]:
                return
        time.sleep(0.5)
    raise SystemExit("the demo does not start; try `vedette demo`")


def _ask(url: str) -> Any:
    with urllib.request.urlopen(url, timeout=20) as answer:
        return json.load(answer)


@contextlib.contextmanager
def _browser() -> Iterator[Any]:
    from selenium import webdriver  # not needed to look at the help
    from selenium.webdriver.chrome.service import Service

    with tempfile.TemporaryDirectory() as profile:
        options = webdriver.ChromeOptions()
        options.binary_location = str(shutil.which("chromium"))
        for flag in [*FLAGS.split(), f"--user-data-dir={profile}"]:
            options.add_argument(flag)
        driver = webdriver.Chrome(options=options, service=Service(str(shutil.which("chromedriver"))))
        try:
            yield driver
        finally:
            driver.quit()


def _take(browser: Any, page: str, options: argparse.Namespace, scheme: str, width: int) -> None:
    features = [{"name": "prefers-color-scheme", "value": scheme}]
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": features})
    phone = width < 700
    metrics = {"width": width, "height": 844 if phone else 900, "deviceScaleFactor": 2 if phone else 1, "mobile": phone}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
    options.out.mkdir(parents=True, exist_ok=True)
    for picture in PICTURES:
        if options.only and picture.name not in options.only.split(","):
            continue
        browser.get(page + _path(page, picture))
        _settle(browser, picture)
        browser.execute_script(MOVED, {str(ROOT): "/app", sys.prefix: "/venv"})
        mark = "" if options.widths == "1440" else f"-{width}"
        _save(browser, options.out / f"{picture.name}{'-dark' if scheme == 'dark' else ''}{mark}")


def _save(browser: Any, path: Path) -> None:
    """WebP: a third of the size of PNG, and every browser shows it."""
    shown = {"format": "webp", "quality": 82}
    data = browser.execute_cdp_cmd("Page.captureScreenshot", shown)["data"]
    path.with_suffix(".webp").write_bytes(base64.b64decode(data))


def _path(page: str, picture: Picture) -> str:
    if not picture.search:
        return picture.path
    query = urllib.request.quote(picture.search)  # type: ignore[attr-defined]
    traces = _ask(f"{page}/api/traces?q={query}&limit=2")["traces"]
    ids = [trace["trace_id"] for trace in traces]
    return (picture.path or "/trace/{0}").format(*ids) if len(ids) > 1 else "/"


def _settle(browser: Any, picture: Picture) -> None:
    """Waits until charts and details are drawn."""
    from selenium.webdriver.common.by import By

    deadline = time.monotonic() + 15
    while time.monotonic() < deadline and browser.find_elements(By.CSS_SELECTOR, UNDER_WAY):
        time.sleep(0.1)
    time.sleep(0.6)
    if picture.click:
        for element in browser.find_elements(By.CSS_SELECTOR, picture.click)[:1]:
            element.click()
            time.sleep(0.6)


if __name__ == "__main__":
    sys.exit(main())
