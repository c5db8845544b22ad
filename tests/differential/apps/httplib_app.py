"""http.client: an answer, an error, a refused connection."""

import contextlib
import http.client
import os

host = os.environ["WEB"].partition("://")[2]
connection = http.client.HTTPConnection(host)
for path in ("/ok?page=2", "/status/503"):
    connection.request("GET", path)
    connection.getresponse().read()
with contextlib.suppress(OSError):
    http.client.HTTPConnection("127.0.0.1", 1).request("GET", "/")
