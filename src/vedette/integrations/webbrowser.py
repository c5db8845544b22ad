"""webbrowser: tells of each URL before a browser is shown it, by the module's functions or by one of its browsers.

It has no spans: the request is the browser's.
"""

from __future__ import annotations

import sys

from vedette.instrument import Around, Call, Integration, Setup, url_parts
from vedette.instrument.families.outermost import Outermost
from vedette.operations import OutgoingRequest

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from vedette.instrument.installed import Installed

_open = Outermost("webbrowser")


def opening(call: Call) -> OutgoingRequest | None:
    """`webbrowser.open`, which tries one browser after the other."""
    call.target = _open.of(call.target)
    return shown(call.arg(0, "url"))


def one_opening(call: Call) -> OutgoingRequest | None:
    """One of the module's browsers, asked by itself."""
    return None if _open.is_at_work() else shown(call.arg(1, "url"))


def shown(url: Any) -> OutgoingRequest | None:
    """The request that the browser will make."""
    if not isinstance(url, str):
        return None
    return OutgoingRequest(None, "GET", url, None, *url_parts(url)[:2])


def every_browser(installed: Installed) -> Callable[[], None]:
    """Hooks the browsers, of which each Python and each system has others."""
    module = sys.modules["webbrowser"]
    kinds = [kind for kind in vars(module).values() if isinstance(kind, type) and "open" in vars(kind)]
    undo = [installed.around(f"webbrowser:{kind.__qualname__}.open", one_opening) for kind in kinds]

    def undone() -> None:
        for each in undo:
            each()

    return undone


integration = Integration(
    "webbrowser",
    title="webbrowser",
    modules=["webbrowser"],
    docs="https://docs.python.org/3/library/webbrowser.html",
    protection=["ssrf"],
    hooks=[Around("webbrowser:open", opening), Setup("webbrowser", every_browser)],
    notes="No spans: what is opened is told to the protection.",
)
