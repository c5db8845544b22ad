"""What all pages stand in: navigation, period, state of the agent. A panel gives its own values and a template."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import anyio.to_thread
import duckdb
from starlette.requests import Request
from starlette.responses import HTMLResponse

from vedette.agent.panels.navigation import Place, menu
from vedette.agent.serve.context import Context
from vedette.agent.serve.render import Renderer
from vedette.agent.serve.view import View, choices

A = TypeVar("A")
T = TypeVar("T")


class Shell:
    """Asks for panels, and puts what they show into the page."""

    def __init__(self, context: Context, renderer: Renderer) -> None:
        self.context = context
        self.places: list[Place] = []
        """The places that exist; set once all routes are known."""
        self._render = renderer

    async def ask(self, question: Callable[[duckdb.DuckDBPyConnection], T]) -> T:
        """Runs a query in a thread, with a cursor of its own."""
        return await self.context.ask(question)

    async def think(self, work: Callable[[A], T], about: A) -> T:
        """Runs what takes long without a query, in a thread too."""
        return await anyio.to_thread.run_sync(work, about)

    def page(self, request: Request, template: str, values: dict[str, Any], status: int = 200) -> HTMLResponse:
        """A whole page (or, for htmx, whatever the template is)."""
        around = {"q": "", "nav": menu(self.places, request.url.path), "state": self.state(), "places": self.places}
        around["token"] = self.context.token
        return self._render.page(template, {**around, **values}, status)

    def panel(self, request: Request, template: str, view: View, values: dict[str, Any]) -> HTMLResponse:
        """The page of a panel that has a period."""
        return self.page(request, template, {"view": view, "periods": choices(view), **values})

    def missing(self, request: Request, text: str) -> HTMLResponse:
        """The page that says that something is not there."""
        return self.page(request, "missing.html", {"text": text}, 404)

    def state(self) -> dict[str, Any]:
        """The line at the bottom of each page."""
        counters, options = self.context.counters, self.context.options
        return {
            "received": counters.get("spans.received"),
            "dropped": counters.group("dropped"),
            "empty": self.context.writer.seq == 0,
            "address": f"{options.host}:{options.port}",
            "otlp": f"{options.host}:{options.otlp_port}",
            "where": "in memory" if options.data is None else str(options.data),
        }
