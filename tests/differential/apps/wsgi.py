"""Asks a WSGI application as a server does."""

import contextlib
import io
import sys


def get(app, path, method="GET"):
    path, _, query = path.partition("?")
    environ = {
        "REQUEST_METHOD": method,
        "SCRIPT_NAME": "",
        "PATH_INFO": path,
        "QUERY_STRING": query,
        "SERVER_NAME": "shop.example",
        "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "HTTP_HOST": "shop.example",
        "HTTP_USER_AGENT": "tester",
        "REMOTE_ADDR": "127.0.0.1",
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": False,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
    }
    with contextlib.suppress(ValueError):
        body = app(environ, lambda status, headers, exc_info=None: lambda data: None)
        try:
            list(body)
        finally:
            if hasattr(body, "close"):
                body.close()
