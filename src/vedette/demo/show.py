"""What the demo shows while it runs: moving lines on a terminal, plain ones elsewhere."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from typing import Any, TextIO

from rich.console import Console

SHOWN = ("traces", "spans", "attacks", "blocked", "drops")


class Show:
    """Writes to one stream; only a terminal gets lines that change."""

    def __init__(self, stream: TextIO) -> None:
        self.console = Console(file=stream, highlight=False, soft_wrap=True)

    def say(self, words: str, style: str = "") -> None:
        """One line."""
        self.console.print(words, style=style, markup=False)

    @contextlib.contextmanager
    def starting(self) -> Iterator[Callable[[str], None]]:
        """While the demo starts; yields what tells it which part is being started."""
        if not self.console.is_terminal:
            yield lambda part: self.say(f"starting: {part}")
            return
        with self.console.status("starting") as status:
            yield lambda part: status.update(f"starting: {part}")

    @contextlib.contextmanager
    def running(self) -> Iterator[Callable[[dict[str, Any]], None]]:
        """While the shop is open; yields what shows the agent's counts (on a terminal: a log would fill up)."""
        if not self.console.is_terminal:
            yield lambda counted: None
            return
        with self.console.status("open") as status:
            yield lambda counted: status.update(self.counts(counted))

    @staticmethod
    def counts(counted: dict[str, Any]) -> str:
        """The agent's counts in one line."""
        return " · ".join(f"{counted.get(name, 0):,} {name}" for name in SHOWN)

    def opened(self, page: str, wanted_port: int, seconds: float | None) -> None:
        """Everything runs: where to look."""
        if f":{wanted_port}/" not in page and wanted_port:
            self.say(f"port {wanted_port} is taken, so the page is elsewhere:")
        self.say(f"\n  {page}\n", style="bold")
        self.say(f"The shop is open for {seconds:g} s." if seconds else "The shop is open; Ctrl-C closes it.")
