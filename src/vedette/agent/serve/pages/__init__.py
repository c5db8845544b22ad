"""The pages, one file per panel. Asked by htmx, a panel answers with the part that changes.

Each file has `routes(shell)`; a new panel is added to `PANELS` here, and to the places of `panels/navigation.py`.
"""

from __future__ import annotations

from collections.abc import Callable

from starlette.routing import Route

from vedette.agent.panels.navigation import places
from vedette.agent.serve.pages import (
    about,
    attacks,
    compare,
    deny_lists,
    errors,
    inventory,
    live,
    remote,
    rules,
    services,
    shortcuts,
    trace,
    users,
    work,
)
from vedette.agent.serve.shell import Shell

PANELS: tuple[Callable[[Shell], list[Route]], ...] = (
    live.routes,
    trace.routes,
    compare.routes,
    services.routes,
    work.routes,
    errors.routes,
    attacks.routes,
    inventory.routes,
    users.routes,
    rules.routes,
    deny_lists.routes,
    remote.routes,
    about.routes,
    shortcuts.routes,
)


def routes(shell: Shell) -> list[Route]:
    """The routes of all panels; from then on the shell knows its places."""
    found = [route for panel in PANELS for route in panel(shell)]
    shell.places = places(route.path for route in found)
    return found
