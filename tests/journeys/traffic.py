"""What is asked of a running case."""

from __future__ import annotations

import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from tests.journeys.apps.fetch import idents
from tests.journeys.case import ROOT, Case

AT_ONCE = 4
REQUEST_SECONDS = 20.0
PAUSE_SECONDS = 1.0


def healthy(port: int) -> bool:
    """Whether the server answers."""
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=5) as answer:
        return int(answer.status) == 200


def requests(case: Case, port: int, midway: Callable[[], None]) -> dict[str, str]:
    """Ask for every ident, a few at a time; returns status and body by ident."""
    names = idents(0, case.count)
    half = len(names) // 2
    with ThreadPoolExecutor(AT_ONCE) as threads:
        answers = dict(threads.map(lambda name: (name, _ask(case, port, name)), names[:half]))
        if case.midway:
            midway()
            time.sleep(PAUSE_SECONDS)
        answers.update(threads.map(lambda name: (name, _ask(case, port, name)), names[half:]))
    return answers


def _ask(case: Case, port: int, ident: str) -> str:
    try:
        url = f"http://127.0.0.1:{port}{case.path.format(ident=ident)}"
        with urllib.request.urlopen(url, timeout=REQUEST_SECONDS) as answer:
            return f"{answer.status} {answer.read().decode()}"
    except urllib.error.HTTPError as error:
        return f"{error.code} {error.read().decode(errors='replace')}"
    except OSError as error:
        return f"no answer: {type(error).__name__}"


def tasks(case: Case, env: dict[str, str], asked: dict[str, str]) -> None:
    """Send every ident as a task, from a process that nothing traces, and wait until all were worked on."""
    plain = {key: value for key, value in env.items() if not key.startswith("VEDETTE_")}
    subprocess.run(
        [sys.executable, "-m", "tests.journeys.apps.tasks", str(case.count)], env=plain, cwd=ROOT, check=True
    )
    deadline = time.monotonic() + REQUEST_SECONDS
    while len(asked) < case.count and time.monotonic() < deadline:
        time.sleep(0.05)
