"""Stands in for Pylons, which runs on Python 2 only: its public surface, as far as applications and tracers use it.

`pylons.wsgiapp.PylonsApp` finds the controller that Routes named in the environ, leaves `pylons.routes_dict` there, and
calls it; `pylons.templating` renders. Routes is the real library.
"""

from __future__ import annotations

import sys
from types import ModuleType
from typing import Any

from routes import Mapper
from routes.middleware import RoutesMiddleware


class PylonsApp:
    """A WSGI application of controllers."""

    def __init__(self, controllers: dict[str, Any]) -> None:
        self.controllers = controllers

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Any:
        controller = self.resolve(environ, start_response)
        if controller is None:
            start_response("404 Not Found", [("Content-Type", "text/plain")])
            return [b""]
        return controller(environ, start_response)

    def resolve(self, environ: dict[str, Any], start_response: Any) -> Any:
        """The controller of the route that matched."""
        match = environ["wsgiorg.routing_args"][1]
        environ["pylons.routes_dict"] = match
        controller = self.controllers.get(match.get("controller"))
        return None if controller is None else getattr(controller, match["action"])


def render_mako(template_name: str, extra_vars: Any = None, **_: Any) -> str:
    """Renders a template."""
    return f"{template_name} {extra_vars}"


def install() -> None:
    """Makes `import pylons` find it."""
    package, wsgiapp, templating = (ModuleType(name) for name in ("pylons", "pylons.wsgiapp", "pylons.templating"))
    package.__path__ = []
    package.__version__ = "1.0.3"  # type: ignore[attr-defined]
    wsgiapp.PylonsApp, templating.render_mako = PylonsApp, render_mako  # type: ignore[attr-defined]
    package.wsgiapp, package.templating = wsgiapp, templating  # type: ignore[attr-defined]
    sys.modules.update({module.__name__: module for module in (package, wsgiapp, templating)})


def application(controllers: dict[str, Any], routes: dict[str, tuple[str, str]]) -> Any:
    """An application behind the middleware of Routes, as Pylons' project template makes it."""
    mapper = Mapper()
    for route, (controller, action) in routes.items():
        mapper.connect(None, route, controller=controller, action=action)
    app = PylonsApp(controllers)
    routed = RoutesMiddleware(app, mapper)
    return lambda environ, start_response: routed(environ, start_response)
