"""Pyramid: one span per request, named by its route, or where it was traversed by context and view; renderers."""

from __future__ import annotations

from vedette.instrument import Around, Call, Integration, enclosing
from vedette.instrument.families import routing, wsgi
from vedette.operations import IncomingRequest, Template

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def matched(_: Call, result: dict[str, Any]) -> None:
    """The mapper found a route (or none: what follows is traversal)."""
    operation, route = routing.unrouted(), result["route"]
    if operation is None or route is None:
        return
    operation.attributes = {"pyramid.route.name": route.name}
    # What `*rest` stands for is a tuple.
    params = {name: value if isinstance(value, str) else "/".join(value) for name, value in result["match"].items()}
    operation.matched(operation.prefix + route.pattern, params, route.name)


def traversed(call: Call, views: list[Any]) -> None:
    """Views were looked up; those that were found for a context and a name, without a route, name the request."""
    operation = routing.unrouted()
    classifier = call.arg(5, "view_classifier")
    if operation is None or not views or classifier is not None:
        return
    context, view = getattr(call.arg(2, "context_iface"), "__name__", ""), call.arg(3, "view_name")
    operation.matched(f"{operation.prefix}*traverse/{view}", None, f"{context} {view}".strip())


def viewing(call: Call) -> None:
    """A view is called; those of exceptions are watched."""
    if isinstance(call.arg(2, "context"), Exception):
        call.target = call.target


def viewed(call: Call, response: Any) -> None:
    """An exception's view answered; a status of 500 and above is no normal way to end."""
    operation = enclosing(IncomingRequest)
    if operation is not None and getattr(response, "status_code", 0) >= 500:
        operation.failed(call.arg(2, "context"))


def rendering(call: Call) -> Template | None:
    """A renderer turns a view's result into a response; serialising as JSON is told only where detail is full."""
    helper = call.instance
    if not helper.type.startswith(".") and not integration.values["full"]:
        return None
    return Template("pyramid.render", helper.name)


integration: Integration = Integration(
    "pyramid",
    title="Pyramid",
    distribution="pyramid",
    modules=["pyramid", "pyramid.router"],
    floor="1.7",
    tested=["1.7", "1.10.8", "2.0.2", "latest"],
    tests_use=["setuptools<82"],
    docs="https://docs.pylonsproject.org/projects/pyramid",
    conventions="http-server",
    service="pyramid",
    service_wins=False,
    protection=["http", "blocking"],
    options=wsgi.OPTIONS,
    hooks=[
        Around(
            "pyramid.router:Router.__call__",
            wsgi.describe("pyramid.request", lambda: integration.values["distributed_tracing"]),
            wsgi.responded,
        ),
        Around("pyramid.urldispatch:RoutesMapper.__call__", routing.result_wanted, matched),
        Around("pyramid.view:_find_views", routing.result_wanted, traversed, optional=True),
        Around("pyramid.view:_call_view", viewing, viewed, optional=True),
        Around("pyramid.renderers:RendererHelper.render", rendering),
    ],
)
