"""WSGI servers (wsgiref, Waitress, Werkzeug, Cheroot, gevent, Eventlet): whatever they serve is traced."""

from __future__ import annotations

from vedette.instrument import Around, Call, Integration
from vedette.instrument.families.traced_wsgi import traced

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable


def serving(position: int) -> Callable[[Call], None]:
    """A describer for functions that take an application at that position."""

    def given(call: Call) -> None:
        args = call.args
        call.args = (*args[:position], traced(args[position]), *args[position + 1 :])
        call.target = call.target  # said explicitly: the call goes on with other arguments

    return given


integration = Integration(
    "wsgi_servers",
    title="WSGI servers",
    modules=["wsgiref"],
    also=["wsgi"],
    automatic=False,
    docs="https://peps.python.org/pep-3333/",
    conventions="http-server",
    notes="`VEDETTE_WSGI_ENABLED=true` switches it on together with `wsgi`, which describes the requests.",
    hooks=[
        Around("wsgiref.handlers:BaseHandler.run", serving(1)),
        Around("waitress.server:create_server", serving(0)),
        Around("werkzeug.serving:BaseWSGIServer.__init__", serving(3)),
        Around("cheroot.wsgi:Server.__init__", serving(2)),
        Around("gevent.pywsgi:WSGIServer.__init__", serving(2)),
        Around("eventlet.wsgi:server", serving(1)),
    ],
    tests_use=["cheroot", "gevent", "waitress", "werkzeug"],
)
