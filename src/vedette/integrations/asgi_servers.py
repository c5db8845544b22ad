"""ASGI servers (Uvicorn, also as Gunicorn's worker, Hypercorn, Daphne): whatever they serve is traced."""

from __future__ import annotations

from vedette.instrument import Around, Call, Integration
from vedette.instrument.families.traced_asgi import traced

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def loading(call: Call) -> None:
    """Uvicorn loads its application."""
    call.target = call.target  # said explicitly: its end is wanted


def loaded(call: Call, _: Any) -> None:
    """It is there, as ASGI 3 whatever it was."""
    config = call.instance
    config.loaded_app = traced(config.loaded_app)


def serving(call: Call) -> None:
    """A server gets an application: its first argument, or `application`."""
    if len(call.args) > 1:
        call.args = (call.args[0], traced(call.args[1]), *call.args[2:])
    elif "application" in call.kwargs:
        call.kwargs["application"] = traced(call.kwargs["application"])
    call.target = call.target  # said explicitly: the call goes on with other arguments


integration = Integration(
    "asgi_servers",
    title="ASGI servers",
    modules=["uvicorn", "hypercorn", "daphne"],
    also=["asgi"],
    automatic=False,
    docs="https://asgi.readthedocs.io",
    conventions="http-server",
    notes="`VEDETTE_ASGI_ENABLED=true` switches it on together with `asgi`, which describes the requests.",
    hooks=[
        Around("uvicorn.config:Config.load", loading, loaded),
        Around("hypercorn.app_wrappers:ASGIWrapper.__init__", serving),
        Around("daphne.server:Server.__init__", serving),
    ],
)
