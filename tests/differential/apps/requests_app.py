"""requests: an answer, an error, a redirect, a refused connection."""

import contextlib
import os

import requests

web = os.environ["WEB"]
for path in ("/ok?page=2", "/status/503", "/redirect/1"):
    requests.get(web + path)
with requests.Session() as session:
    session.post(web + "/ok", data=b"body")
with contextlib.suppress(requests.ConnectionError):
    requests.get("http://127.0.0.1:1/")
