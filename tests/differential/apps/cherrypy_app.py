"""CherryPy: a handler with a parameter, an absent one, a failing handler."""

import os

import cherrypy
from wsgi import get


class Shop:
    @cherrypy.expose
    def users(self, user):
        return f"user {user}"

    @cherrypy.expose
    def boom(self):
        raise ValueError("boom")


if os.environ["TRACER"] == "theirs":  # which is not automatic
    from ddtrace.contrib.cherrypy import TraceMiddleware
    from ddtrace.trace import tracer

    TraceMiddleware(cherrypy, tracer, service="cherrypy")
    cherrypy.config.update({"tools.tracer.on": True})
cherrypy.config.update({"environment": "embedded", "log.screen": False})
app = cherrypy.tree.mount(Shop(), "/")
for path in ("/users/7?page=2", "/absent", "/boom"):
    get(app, path)
