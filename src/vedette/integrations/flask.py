"""Flask: one span per request, named by its URL rule; the view's errors; templates by the Jinja2 integration."""

from __future__ import annotations

import sys

from vedette.instrument import Around, Call, Integration
from vedette.instrument.families import routing, wsgi
from vedette.instrument.families.steps import steps
from vedette.operations.known_routes import ROUTES

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

STEPS = {
    name: f"flask.{name}"
    for name in (
        "preprocess_request",
        "dispatch_request",
        "handle_user_exception",
        "handle_http_exception",
        "process_response",
        "do_teardown_request",
        "do_teardown_appcontext",
    )
}


def routes_of(application: Any) -> Iterator[tuple[str, str]]:
    """Methods and rules."""
    for rule in application.url_map.iter_rules():
        for method in sorted(rule.methods or ("*",)):
            yield method, rule.rule


def dispatched(call: Call) -> None:
    """The router has matched: the request context knows rule and arguments."""
    if ROUTES.asks(call.instance):
        ROUTES.tell(call.instance, "flask.request", routes_of(call.instance))
    operation = routing.unrouted()
    if operation is None:
        return
    request = sys.modules["flask.globals"].request._get_current_object()
    rule = request.url_rule
    if rule is None:
        return
    arguments = request.view_args
    operation.attributes = attributes = {"flask.endpoint": rule.endpoint, "flask.url_rule": rule.rule}
    for name, value in (arguments or {}).items():
        attributes[f"flask.view_args.{name}"] = value
    operation.matched(operation.prefix + rule.rule, arguments)


# The last that build MarkupSafe of that time.
OLD_SETUPTOOLS = ['build:setuptools<58; python_version<"3.12"', 'build:setuptools<72; python_version>="3.12"']

integration: Integration = Integration(
    "flask",
    title="Flask",
    distribution="Flask",
    modules=["flask"],
    floor="0.10",
    tested=["0.12.5", "1.1.4", "2.0.3", "2.3.3", "latest"],
    pins={
        "<1.0": ["werkzeug<1", "jinja2<3", "itsdangerous<2", "markupsafe<2"],
        "<2.0": ["werkzeug<2.1", "jinja2<3.1", "itsdangerous<2.1", "markupsafe<2.1", *OLD_SETUPTOOLS],
        "<2.2": ["werkzeug<2.3"],
        "<3.0": ["werkzeug<3"],
    },
    docs="https://flask.palletsprojects.com",
    conventions="http-server",
    service="flask",
    service_wins=False,
    protection=["http", "blocking"],
    options=wsgi.OPTIONS,
    hooks=[
        Around(
            "flask.app:Flask.wsgi_app",
            wsgi.describe("flask.request", lambda: integration.values["distributed_tracing"]),
            wsgi.responded,
        ),
        Around("flask.app:Flask.full_dispatch_request", dispatched),
        Around("flask.app:Flask.handle_exception", routing.failing(0, "e")),
        *steps("flask.app:Flask", STEPS),
    ],
)
