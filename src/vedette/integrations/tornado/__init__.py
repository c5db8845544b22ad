"""Tornado: one span per request, named by its handler's class; WebSockets, templates; generators as coroutines."""

from __future__ import annotations

from vedette.instrument import Around, Integration
from vedette.instrument.families import asgi
from vedette.integrations.tornado import coroutines, request, socket, template
from vedette.integrations.tornado.switches import switches

HANDLER = "tornado.web:RequestHandler"

integration = Integration(
    "tornado",
    title="Tornado",
    distribution="tornado",
    modules=["tornado.web"],
    floor="4.0",
    tested=["4.0", "4.5.3", "5.1.1", "6.1", "6.4.2", "latest"],
    docs="https://www.tornadoweb.org",
    conventions="http-server",
    service="tornado-web",
    service_wins=False,
    protection=["http", "blocking"],
    options=asgi.OPTIONS,
    hooks=[
        Around(f"{HANDLER}._execute", request.executing),
        Around(f"{HANDLER}._handle_request_exception", request.failed),
        Around(f"{HANDLER}.flush", request.flushing),
        Around(f"{HANDLER}.finish", request.finishing, request.finished),
        Around("tornado.web:_HandlerDelegate.data_received", request.received, optional=True),
        Around("tornado.gen:Runner.__init__", coroutines.made),
        Around("tornado.gen:Runner.run", coroutines.running),
        Around("tornado.websocket:WebSocketProtocol13._accept_connection", socket.accepting),
        Around("tornado.websocket:WebSocketProtocol._run_callback", socket.hearing, socket.heard),
        Around("tornado.websocket:WebSocketHandler.write_message", socket.writing),
        Around("tornado.websocket:WebSocketHandler.close", socket.closing),
        Around("tornado.template:Template.generate", template.generating),
    ],
)
switches.integration = integration
