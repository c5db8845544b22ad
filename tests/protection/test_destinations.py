"""Requests to hosts of a client's choice: where they are redirected to, and what their names turn out to be."""

from __future__ import annotations

import asyncio
import http.client
import io
import socket
import urllib.request
import webbrowser
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from email.message import Message
from typing import Any
from urllib.parse import urlsplit

import pytest
from flask import Flask

from tests.integrations.web import Web, serving

requests = pytest.importorskip("requests")
urllib3 = pytest.importorskip("urllib3")
httpx = pytest.importorskip("httpx")

PUBLIC = "http://images.example.org/cat.png"


@pytest.fixture
def web() -> Any:
    """A server inside, that no client's input may reach."""
    with serving() as server:
        yield server


def by_requests(url: str, to: str) -> int:
    """A public server that answers with a redirect, in place of the network."""

    class Public(requests.adapters.HTTPAdapter):  # type: ignore[misc, name-defined]
        def send(self, request: Any, *args: Any, **kwargs: Any) -> Any:
            if not request.url.startswith(PUBLIC):
                return super().send(request, *args, **kwargs)
            response = requests.Response()
            response.status_code, response.url, response.request = 302, request.url, request
            response.headers["Location"] = to
            response.raw = socket.socket()
            response._content = b""
            return response

    session = requests.Session()
    session.mount("http://", Public())
    status: int = session.get(url, timeout=5).status_code
    return status


def by_urllib(url: str, to: str) -> int:
    class Public(urllib.request.HTTPHandler):
        def http_open(self, request: Any) -> Any:
            if not request.full_url.startswith(PUBLIC):
                return super().http_open(request)
            head = Message()
            head["Location"] = to
            return self.parent.error("http", request, io.BytesIO(), 302, "Found", head)

    status: int = urllib.request.build_opener(Public()).open(url, timeout=5).status
    return status


def by_httpx(url: str, to: str) -> int:
    def answer(request: Any) -> Any:
        public = str(request.url).startswith(PUBLIC)
        return httpx.Response(302, headers={"Location": to}) if public else httpx.Response(200)

    client = httpx.Client(transport=httpx.MockTransport(answer), follow_redirects=True)
    status: int = client.get(url).status_code
    return status


CLIENTS = {"requests": by_requests, "urllib": by_urllib, "httpx": by_httpx}


def asked(fetch: Callable[[str], int], url: str) -> tuple[int, list[int]]:
    """Status of a request whose input is a URL to be fetched, and of that, if it was."""
    app, fetched = Flask("fetches"), []

    @app.route("/")
    def route() -> str:
        from flask import request

        fetched.append(fetch(request.args["url"]))
        return "done"

    return app.test_client().get("/", query_string={"url": url}).status_code, fetched


@pytest.mark.parametrize("client", CLIENTS)
def test_a_redirect_to_the_inside_is_not_followed(protected: Any, findings: Any, web: Web, client: str) -> None:
    protected("block")
    assert asked(lambda url: CLIENTS[client](url, web.url()), PUBLIC) == (403, [])
    assert web.seen == []
    assert findings() == [("ssrf", "server.request.query", ["url", "0"], True)]


@pytest.mark.parametrize("client", CLIENTS)
def test_a_redirect_to_elsewhere_outside_is(protected: Any, findings: Any, client: str) -> None:
    protected("block")
    if client == "httpx":
        assert asked(lambda url: by_httpx(url, "https://cdn.example.org/cat.png"), PUBLIC) == (200, [200])
    assert findings() == []


@pytest.mark.parametrize("client", CLIENTS)
def test_redirects_of_services_of_ones_own_are_followed(protected: Any, findings: Any, web: Web, client: str) -> None:
    protected("block")
    assert asked(lambda _: CLIENTS[client](PUBLIC, web.url()), "https://other.example.org/") == (200, [200])
    assert findings() == []


def test_what_is_asked_for_after_a_fetch_is_the_applications_own(protected: Any, findings: Any, web: Web) -> None:
    protected("block")

    def fetch(url: str) -> int:
        by_httpx(url, "https://cdn.example.org/cat.png")
        status: int = requests.get(web.url(), timeout=5).status_code
        return status

    assert asked(fetch, PUBLIC) == (200, [200])
    assert findings() == []


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> None:
    """Names of a client's own that resolve to this machine."""
    resolve = socket.getaddrinfo

    def resolved(host: Any, *args: Any, **kwargs: Any) -> Any:
        is_ours = host in ("rebound.example.org", b"rebound.example.org")
        return resolve("127.0.0.1" if is_ours else host, *args, **kwargs)

    monkeypatch.setattr(socket, "getaddrinfo", resolved)
    for name in ("http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)


def with_aiohttp(url: str) -> int:
    import aiohttp

    async def get() -> int:
        connector = aiohttp.TCPConnector(resolver=aiohttp.ThreadedResolver())
        async with aiohttp.ClientSession(connector=connector) as session, session.get(url) as response:
            return response.status

    return asyncio.run(get())


def by_http_client(url: str) -> int:
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.netloc, timeout=5)
    connection.request("GET", parts.path or "/")
    try:
        return connection.getresponse().status
    finally:
        connection.close()


RESOLVING: dict[str, Callable[[str], int]] = {
    "requests": lambda url: int(requests.get(url, timeout=5).status_code),
    "urllib": lambda url: int(urllib.request.urlopen(url, timeout=5).status),
    "httpx": lambda url: int(httpx.get(url, timeout=5).status_code),
    "aiohttp": with_aiohttp,
    "http.client": by_http_client,
    "urllib3": lambda url: int(urllib3.PoolManager(retries=False).request("GET", url, timeout=5).status),
}


@pytest.mark.parametrize("client", RESOLVING)
def test_a_name_of_the_inside_is_not_connected_to(
    protected: Any, findings: Any, web: Web, names: None, client: str
) -> None:
    protected("block")
    url = web.url().replace("127.0.0.1", "rebound.example.org")
    assert asked(RESOLVING[client], url) == (403, [])
    assert web.seen == []
    assert [found[0] for found in findings()] == ["ssrf"]


@pytest.mark.parametrize("client", RESOLVING)
def test_a_name_of_ones_own_is(protected: Any, findings: Any, web: Web, names: None, client: str) -> None:
    protected("block")
    own = web.url().replace("127.0.0.1", "rebound.example.org")
    assert asked(lambda name: RESOLVING[client](f"{own}?q={name}"), "tea") == (200, [200])
    assert findings() == []


def test_a_proxy_may_be_inside(
    protected: Any, findings: Any, web: Web, names: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    protected("block")
    monkeypatch.setenv("http_proxy", web.url(""))

    def fetch(url: str) -> int:
        with pytest.raises(requests.exceptions.ProxyError):  # it is none, but was asked
            requests.get(url, timeout=5)
        return 0

    assert asked(fetch, PUBLIC) == (200, [0])
    assert findings() == []


@pytest.mark.parametrize("proxy", ["http://10.0.0.1:{port}", "http://127.0.0.1:3128", "127.0.0.1", "http://[", ""])
def test_a_proxy_elsewhere_opens_nothing(
    protected: Any, findings: Any, web: Web, names: None, monkeypatch: pytest.MonkeyPatch, proxy: str
) -> None:
    protected("block")
    monkeypatch.setenv("all_proxy", proxy.format(port=urlsplit(web.url()).port))
    url = web.url().replace("127.0.0.1", "rebound.example.org")
    assert asked(by_http_client, url) == (403, [])
    assert web.seen == []


def test_fetches_at_once_by_threads_do_not_disturb_each_other(
    protected: Any, findings: Any, web: Web, names: None
) -> None:
    """While one request to the inside is the application's own, the client's is stopped, whichever ends first."""
    protected("block")
    inside = web.url().replace("127.0.0.1", "rebound.example.org")

    def both(url: str) -> int:
        with ThreadPoolExecutor(2) as pool:
            own = [pool.submit(RESOLVING["urllib"], web.url()) for _ in range(4)]
            theirs = pool.submit(RESOLVING["urllib"], url)
            assert [each.result() for each in own] == [200] * 4
        return theirs.result()

    assert asked(both, inside) == (403, [])
    assert len(web.seen) == 4
    assert [found[0] for found in findings()] == ["ssrf"]


def test_fetches_at_once_by_tasks_do_not_disturb_each_other(
    protected: Any, findings: Any, web: Web, names: None
) -> None:
    protected("block")
    inside = web.url().replace("127.0.0.1", "rebound.example.org")
    refused: list[str] = []

    async def get(client: Any, url: str) -> None:
        try:
            assert (await client.get(url)).status_code == 200
        except BaseException as error:
            refused.append(url)
            if isinstance(error, Exception):
                raise

    async def all_of(url: str) -> int:
        async with httpx.AsyncClient(timeout=5) as client:
            await asyncio.gather(*(get(client, each) for each in (web.url(), url, web.url("/ok?1"))))
        return 200

    assert asked(lambda url: asyncio.run(all_of(url)), inside)[0] == 403
    assert refused == [inside]
    assert [found[0] for found in findings()] == ["ssrf"]


def test_a_redirect_followed_in_another_thread_is_a_redirect(protected: Any, findings: Any, web: Web) -> None:
    protected("block")

    def answer(_: Any) -> Any:
        return httpx.Response(302, headers={"Location": web.url()})

    def fetch(url: str) -> int:
        with ThreadPoolExecutor(1) as pool, httpx.Client(transport=httpx.MockTransport(answer)) as client:
            location = pool.submit(client.get, url).result().headers["location"]
            return pool.submit(RESOLVING["requests"], location).result()

    assert asked(fetch, PUBLIC) == (403, [])
    assert web.seen == []


def test_a_refused_fetch_leaves_nothing_behind(protected: Any, findings: Any, web: Web, names: None) -> None:
    """What connects afterwards in the same thread is not taken for the refused request's connection."""
    protected("block")
    inside = web.url().replace("127.0.0.1", "rebound.example.org")

    def swallowing(url: str) -> int:
        with pytest.raises(BaseException, match="request forgery"):
            urllib.request.urlopen(url, timeout=5)
        port = urlsplit(url).port
        with socket.create_connection(("127.0.0.1", port or 0)):
            return 1

    assert asked(swallowing, inside) == (403, [1])
    assert len(findings()) == 1


@pytest.mark.parametrize("mode", ["block", "monitor"])
def test_browsers_are_sent_to_no_place_of_the_inside(
    protected: Any, findings: Any, monkeypatch: pytest.MonkeyPatch, mode: str
) -> None:
    protected(mode)
    monkeypatch.setattr(webbrowser, "_tryorder", [])
    status, opened = asked(webbrowser.open, "http://169.254.169.254/latest/meta-data/")
    assert (status, opened) == ((403, []) if mode == "block" else (200, [False]))
    assert ("ssrf", mode == "block") in [(found[0], found[-1]) for found in findings()]


@pytest.mark.parametrize("name", ["../admin", "1?admin=1#"])
@pytest.mark.parametrize("base", ["http://api.example.org", ""])
def test_urls_are_judged_before_clients_normalise_them(only_sinks: Any, findings: Any, name: str, base: str) -> None:
    only_sinks("block")
    client = httpx.Client(base_url=base, transport=httpx.MockTransport(lambda _: httpx.Response(200)))
    begin = "/users/" if base else "http://api.example.org/users/"
    assert asked(lambda given: int(client.get(f"{begin}{given}/profile").status_code), name) == (403, [])
    assert [found[0] for found in findings()] == ["ssrf"]
