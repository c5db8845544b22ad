"""aiohttp's server: one span per request of an application, named by the resource that matched; WebSockets."""

from __future__ import annotations

from vedette.instrument import Around, Integration
from vedette.instrument.families import asgi
from vedette.integrations.aiohttp import body, request, socket
from vedette.integrations.aiohttp.switches import switches

integration = Integration(
    "aiohttp",
    title="aiohttp (server)",
    distribution="aiohttp",
    modules=["aiohttp.web"],
    floor="2.3.10",
    tested=["2.3.10", "3.6.3", "3.7.4", "3.8.6", "3.10.11", "latest"],
    docs="https://docs.aiohttp.org",
    conventions="http-server",
    service="aiohttp-web",
    service_wins=False,
    protection=["http", "blocking"],
    options=asgi.OPTIONS,
    pins={"<3.5": ["multidict<5", "yarl<1.5", "async-timeout<4", "chardet<5"], "<3.9": ["yarl<1.10"]},
    hooks=[
        Around("aiohttp.web_app:Application._handle", request.handling),
        Around("aiohttp.web:Application._handle", request.handling),  # where it was before 3.0
        Around("aiohttp.web_urldispatcher:UrlMappingMatchInfo.freeze", request.matched),
        Around("aiohttp.web_request:Request._prepare_hook", request.preparing),
        Around("aiohttp.streams:StreamReader._read_nowait_chunk", body.read),
        Around("aiohttp.streams:StreamReader._read_nowait", body.read_to_the_end),
        Around("aiohttp.web_request:BaseRequest.post", body.form_asked, body.form_read),
        Around("aiohttp.web_ws:WebSocketResponse._post_start", socket.shaken),
        Around("aiohttp.web_ws:WebSocketResponse.receive", socket.receiving, socket.received),
        Around("aiohttp.web_ws:WebSocketResponse.send_str", socket.sending),
        Around("aiohttp.web_ws:WebSocketResponse.send_bytes", socket.sending),
        Around("aiohttp.web_ws:WebSocketResponse.close", socket.closing),
    ],
)
switches.integration = integration
