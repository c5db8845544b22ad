"""CherryPy: one span per request, named by the path to its handler; mounts by their script name."""

from __future__ import annotations

import sys
from string import punctuation

from vedette.instrument import Around, Call, Integration, enclosing
from vedette.instrument.families import routing, wsgi
from vedette.operations import IncomingRequest

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

_ATTRIBUTES = str.maketrans(punctuation, "_" * len(punctuation))
"""How the dispatcher makes attributes of path segments."""


def routed(call: Call, _: None) -> None:
    """The dispatcher of the library Routes was asked, which has templates."""
    operation, request = routing.unrouted(), _serving()
    found = call.instance.mapper.routematch(call.arg(0, "path_info"))
    if operation is not None and found and hasattr(request.handler, "callable"):
        params = {name: value for name, value in found[0].items() if name not in ("controller", "action")}
        operation.matched(request.script_name + operation.prefix + found[1].routepath, params)


def dispatched(call: Call, _: None) -> None:
    """A dispatcher found a page handler, or set one that raises NotFound."""
    operation, request = routing.unrouted(), call.instance
    if operation is not None and hasattr(request.handler, "callable"):
        params = {str(position): value for position, value in enumerate(request.args)}
        operation.matched(request.script_name + operation.prefix + _template(request), params)


def failing(_: Call) -> None:
    """An exception that is no answer becomes an error page."""
    operation, error = enclosing(IncomingRequest), sys.exc_info()[1]
    if operation is not None and error is not None:
        operation.failed(error)


def _serving() -> Any:
    return sys.modules["cherrypy"].serving.request


def _template(request: Any) -> str:
    """The path with `*` for what is not the application's own: arguments of the handler, what it looks up by itself."""
    segments = [segment for segment in request.path_info.split("/") if segment]
    named = len(segments) - len(request.args)
    parts = [*_known(request.app.root, segments[:named]), *("*" for _ in segments[named:][:1])]
    return "/" + "/".join(parts)


def _known(node: Any, segments: list[str]) -> Iterator[str]:
    for segment in segments:
        node = getattr(node, segment.translate(_ATTRIBUTES), None)
        yield "*" if node is None else segment


integration: Integration = Integration(
    "cherrypy",
    title="CherryPy",
    distribution="CherryPy",
    modules=["cherrypy"],
    floor="11.2.0",
    tested=["11.2.0", "17.4.2", "18.7.0", "latest"],
    docs="https://cherrypy.dev",
    conventions="http-server",
    service="cherrypy",
    service_wins=False,
    protection=["http", "blocking"],
    options=wsgi.OPTIONS,
    tests_use=["Routes"],
    hooks=[
        Around(
            "cherrypy._cptree:Application.__call__",
            wsgi.describe("cherrypy.request", lambda: integration.values["distributed_tracing"]),
            wsgi.responded,
        ),
        Around("cherrypy._cpdispatch:RoutesDispatcher.__call__", routing.result_wanted, routed),
        Around("cherrypy._cprequest:Request.get_resource", routing.result_wanted, dispatched),
        Around("cherrypy._cprequest:Request.handle_error", failing),
    ],
)
