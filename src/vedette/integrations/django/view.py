"""Views: what the router found names the request; each makes a span where asked for."""

from __future__ import annotations

import sys

from vedette.instrument import Call, enclosing
from vedette.instrument.families.met import Met
from vedette.integrations.django import known_routes
from vedette.integrations.django.names import path_of, view_of
from vedette.integrations.django.route import route_of
from vedette.integrations.django.switches import switches
from vedette.operations import IncomingRequest, Task
from vedette.operations.known_routes import ROUTES

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from vedette.instrument.installed import Installed


def found(call: Call) -> None:
    """The router has found the view, and the middleware let it pass."""
    operation = enclosing(IncomingRequest)
    if operation is None or operation.request is None or operation.route is not None:
        return
    match = getattr(operation.request, "resolver_match", None)
    if match is not None:
        if ROUTES.wanted is not None:
            known_routes.tell(operation.request)
        named(operation, match, _params(match, operation.request.path_info))


def _params(match: Any, path: str) -> dict[str, Any]:
    """What the path gave. Arguments that the pattern itself adds are not the client's."""
    if not match.kwargs:
        return {str(at): value for at, value in enumerate(match.args)}
    captured: dict[str, Any] | None = getattr(match, "captured_kwargs", None)
    if captured is not None:
        return captured
    return {  # before 4.1 a match does not tell them apart
        name: value for name, value in match.kwargs.items() if not isinstance(value, str) or value in path
    }


def named(operation: IncomingRequest, match: Any, params: dict[str, Any] | None) -> None:
    """Names the request. Raises the refusal of a protection that does not like its path parameters."""
    route = route_of(match, operation.request)
    if operation.prefix:
        route = f"{operation.prefix.rstrip('/')}/{route.lstrip('^/')}"
    handler = _handler(match)
    operation.matched(route, None, handler)
    if handler and switches.values["use_legacy_resource_format"]:
        operation.resource = handler
        if operation.span is not None:
            operation.span.resource = handler
    if params:
        operation.path_params = params
        operation.learned("path_params")


def _handler(match: Any) -> str | None:
    """The view, where requests are to be named by it."""
    values = switches.values
    if values["use_handler_with_url_name_resource_format"]:
        path = view_of(match.func)
        return f"{path}.{match.url_name}" if match.url_name else path
    by_view = values["use_handler_resource_format"] or values["use_legacy_resource_format"]
    return view_of(match.func) if by_view else None


def tell(match: Any, attributes: dict[str, Any]) -> None:
    """Adds the attributes of the view."""
    attributes["django.view"] = match.view_name
    if match.namespace:
        attributes["django.namespace"] = match.namespace
    if match.app_name:
        attributes["django.app"] = match.app_name


def template_names(named: Any) -> str:
    """The template of a response: a name, several, or an object."""
    if isinstance(named, (list, tuple)):
        return ", ".join(map(template_names, named))
    return named if isinstance(named, str) else str(getattr(named, "name", None) or path_of(named))


def install(installed: Installed) -> Callable[[], None]:
    """Spans for views: a function that is about to be called for the first time is hooked before it is."""
    if not switches.on("views"):
        return lambda: None
    met = Met(installed)

    def about_to_run(call: Call) -> None:
        callback = call.args[1]
        base = sys.modules["django.core.handlers.base"]
        is_async = getattr(base, "iscoroutinefunction", None) or sys.modules["asyncio"].iscoroutinefunction
        made_from = getattr(callback, "view_class", None) or getattr(callback, "cls", None)
        if made_from is not None and is_async(callback):
            _methods(met, made_from, ("setup", *made_from.http_method_names))  # others only make the coroutine
            return
        met.hook(callback, _task("django.view", view_of(callback)))
        if made_from is not None:
            _methods(met, made_from, ("setup", "dispatch", *made_from.http_method_names))

    undo = installed.around("django.core.handlers.base:BaseHandler.make_view_atomic", about_to_run)

    def off() -> None:
        undo()
        met.undo()

    return off


def _methods(met: Met, made_from: Any, names: tuple[str, ...]) -> None:
    for name in names:
        method = getattr(made_from, name, None)
        if method is not None:
            met.hook(method, _task(f"django.view.{name}", path_of(method)))


def _task(name: str, resource: str) -> Callable[[Call], Task]:
    return lambda call: Task(name, resource)
