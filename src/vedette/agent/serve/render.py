"""Templates to answers."""

from __future__ import annotations

import hashlib
from importlib import resources
from pathlib import Path
from typing import Any

import jinja2
from starlette.responses import HTMLResponse

from vedette.agent.panels import units
from vedette.agent.panels.breaks import breakable
from vedette.agent.panels.stack import folded

UI = Path(str(resources.files("vedette.agent.ui")))
STATIC = UI / "static"


class Renderer:
    """Renders templates; everything that goes into one is escaped."""

    def __init__(self) -> None:
        self._environment = jinja2.Environment(
            loader=jinja2.FileSystemLoader(UI / "templates"),
            autoescape=True,
            undefined=jinja2.StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._environment.globals["static"] = _static_addresses()
        self._environment.filters.update(
            moment=units.moment,
            clock=units.clock,
            duration=units.duration,
            count=units.count,
            colour=units.colour,
            breakable=breakable,
            folded=folded,
        )

    def page(self, template: str, values: dict[str, Any], status: int = 200) -> HTMLResponse:
        """The answer for a template."""
        text = self._environment.get_template(template).render(values)
        # Lone surrogates can't be sent; a span's text may hold whatever a sender made up.
        return HTMLResponse(text.encode("utf-8", "replace"), status, {"Cache-Control": "no-store"})


def _static_addresses() -> dict[str, str]:
    """Addresses of the static files by name, each with a mark that changes with its content."""
    files = [path for path in STATIC.rglob("*") if path.is_file()]
    return {path.relative_to(STATIC).as_posix(): _address(path) for path in files}


def _address(path: Path) -> str:
    mark = hashlib.sha256(path.read_bytes()).hexdigest()[:12]
    return f"/static/{path.relative_to(STATIC).as_posix()}?{mark}"
