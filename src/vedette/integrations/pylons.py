"""Pylons (0.9.6 to 1.0.3): one span per request, named by controller and action; rendered templates."""

from __future__ import annotations

from vedette.instrument import Around, Call, Integration
from vedette.instrument.families import routing, wsgi
from vedette.operations import Template

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any


def resolved(call: Call, _: Any) -> None:
    """The application looked up the controller that Routes named."""
    operation = routing.unrouted()
    environ = call.arg(0, "environ")
    match = environ.get("pylons.routes_dict")
    if operation is None or not match:
        return
    controller, action = match.get("controller"), match.get("action")
    operation.attributes = {"pylons.route.controller": controller, "pylons.route.action": action}
    name = f"{controller}.{action}"
    route = getattr(environ.get("routes.route"), "routepath", None)
    operation.path_params = {key: value for key, value in match.items() if key not in ("controller", "action")}
    operation.matched(operation.prefix + route if route else name)
    if operation.span is not None:
        operation.span.resource = name  # without the method, as its users know it
    if operation.path_params:
        operation.learned("path_params")


def rendering(call: Call) -> Template:
    """A template is rendered."""
    name = call.arg(0, "template_name")
    return Template("pylons.render", str(name), {"template.name": str(name)})


def _renders(names: list[str], describe: Callable[[Call], Template]) -> list[Around]:
    return [Around(f"pylons.templating:{name}", describe, optional=True) for name in names]


integration: Integration = Integration(
    "pylons",
    title="Pylons",
    distribution="Pylons",
    modules=["pylons"],
    tests_use=["Routes", "WebOb"],
    floor="0.9.6",
    docs="https://docs.pylonsproject.org/projects/pylons-webframework",
    conventions="http-server",
    service="pylons",
    service_wins=False,
    protection=["http", "blocking"],
    options=wsgi.OPTIONS,
    stand_in="It runs on Python 2 only.",
    notes="Pyramid is its successor.",
    hooks=[
        Around(
            "pylons.wsgiapp:PylonsApp.__call__",
            wsgi.describe("pylons.request", lambda: integration.values["distributed_tracing"]),
            wsgi.responded,
        ),
        Around("pylons.wsgiapp:PylonsApp.resolve", routing.result_wanted, resolved),
        *_renders(["render_mako", "render_mako_def", "render_genshi", "render_jinja2", "render"], rendering),
    ],
)
