"""urllib3: an answer, an error, a redirect, a refused connection."""

import contextlib
import os

import urllib3

web = os.environ["WEB"]
pool = urllib3.PoolManager()
for path in ("/ok?page=2", "/status/503", "/redirect/1"):
    pool.request("GET", web + path)
with contextlib.suppress(urllib3.exceptions.HTTPError):
    pool.request("GET", "http://127.0.0.1:1/", retries=False)
