"""How quickly Chromium draws a trace of ten thousand spans, and how evenly it scrolls; part of ``benchmarks/pages.py``.

A frame while scrolling shows five rows that were not there before: three thousand pixels in a third of a second. What a
frame costs is the processor time of the page's main thread, drawing without a graphics card included; below 16.7 ms
there can be 60 of them in a second.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

FLAGS = "--headless=new --no-sandbox --disable-gpu --no-first-run --disable-sync --window-size=1440,900"
PAINTED = "return new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"
DRAWN = """
    const [page] = performance.getEntriesByType("navigation");
    return Number(document.documentElement.dataset.drawn) - page.responseEnd;
"""
SCROLL = """
    const done = arguments[0], list = document.getElementById("spans"), frames = [], began = performance.now();
    let last = began;
    function step(now) {
        frames.push(now - last);
        last = now;
        if (now - began > 2000) return done(frames.slice(1));
        list.scrollTop = (list.scrollTop + 26 * 5) % (list.scrollHeight - list.clientHeight);
        requestAnimationFrame(step);
    }
    requestAnimationFrame(step);
"""


class Seen(NamedTuple):
    """What a browser took for a trace."""

    drawn: float
    """Milliseconds from the last byte of the answer until the first rows stood."""
    work: float
    """Milliseconds of processor time for that, and for reading and painting the page."""
    frames: float
    """Frames a second while scrolling."""
    frame: float
    """Milliseconds of processor time for each."""


def available() -> bool:
    """Whether there is a browser to measure with."""
    return bool(shutil.which("chromium") and shutil.which("chromedriver"))


def watch(page: str) -> Seen:
    """Opens a trace, and scrolls through it: the best of three."""
    with driver() as chrome:
        chrome.execute_cdp_cmd("Performance.enable", {"timeDomain": "threadTicks"})
        return min((_watched(chrome, page) for _ in range(3)), key=lambda seen: seen.drawn)


def _watched(chrome: Any, page: str) -> Seen:
    chrome.get("about:blank")
    before = _worked(chrome)
    chrome.get(page)
    chrome.execute_script(PAINTED)
    opened = _worked(chrome)
    drawn = chrome.execute_script(DRAWN)
    frames = chrome.execute_async_script(SCROLL)
    each = (_worked(chrome) - opened) / len(frames)
    return Seen(drawn, opened - before, 1000 * len(frames) / sum(frames), each)


def _worked(chrome: Any) -> float:
    """Milliseconds of processor time that the page's main thread has had."""
    told = chrome.execute_cdp_cmd("Performance.getMetrics", {})["metrics"]
    return 1000 * float(next(one["value"] for one in told if one["name"] == "TaskDuration"))


@contextmanager
def driver() -> Iterator[Any]:
    """A browser."""
    from selenium import webdriver  # only who has a browser needs it
    from selenium.webdriver.chrome.service import Service  # as above

    with tempfile.TemporaryDirectory(prefix="vedette-chromium-") as folder:
        options = webdriver.ChromeOptions()
        options.binary_location = str(shutil.which("chromium"))
        for flag in [*FLAGS.split(), f"--user-data-dir={folder}"]:
            options.add_argument(flag)
        chrome = webdriver.Chrome(options=options, service=Service(shutil.which("chromedriver")))
        try:
            chrome.set_script_timeout(30)
            yield chrome
        finally:
            chrome.quit()
