"""HTTP clients: answers, a redirect, a refused connection."""

from __future__ import annotations

import asyncio
from typing import Any

from tests.contract.exercises.exercise import exercise, failure, failure_of


@exercise("requests", "web")
def requests(web: Any) -> Any:
    import requests as library

    with library.Session() as session:
        answers = [session.get(web.url("/ok?q=1")), session.post(web.url("/redirect/1"), data="x")]
        broken = failure(session.get, "http://127.0.0.1:1/")[0]
        return [(answer.status_code, answer.text) for answer in answers], broken


@exercise("urllib3", "web")
def urllib3(web: Any) -> Any:
    import urllib3 as library

    with library.PoolManager() as pool:
        answers = [pool.request("GET", web.url("/ok")), pool.request("POST", web.url("/status/404"), body="x")]
        broken = failure(pool.request, "GET", "http://127.0.0.1:1/", retries=False)[0]
        return [(answer.status, answer.data) for answer in answers], broken


@exercise("httpx", "web")
def httpx(web: Any) -> Any:
    import httpx as library

    async def asynchronously() -> Any:
        async with library.AsyncClient() as client:
            answer = await client.get(web.url("/ok"))
            return answer.status_code, answer.text

    with library.Client() as client:
        answers = [client.get(web.url("/ok")), client.post(web.url("/status/503"), content=b"x")]
        with client.stream("GET", web.url("/pieces")) as stream:
            pieces = stream.read()
    broken = failure(library.get, "http://127.0.0.1:1/")[0]
    return [(each.status_code, each.text) for each in answers], pieces, asyncio.run(asynchronously()), broken


@exercise("http_client", "web")
def http_client(web: Any) -> Any:
    import http.client

    connection = http.client.HTTPConnection(web.host, web.port)
    connection.request("POST", "/ok", body="x")
    answer = connection.getresponse()
    told = answer.status, answer.read()
    connection.close()
    return told, failure(http.client.HTTPConnection("127.0.0.1", 1).request, "GET", "/")[0]


@exercise("urllib", "web")
def urllib(web: Any) -> Any:
    from urllib import request

    with request.urlopen(web.url("/ok")) as got, request.urlopen(web.url("/redirect/1"), b"x") as posted:
        answers = [(got.status, got.read()), (posted.status, posted.url == web.url("/ok"), posted.read())]
    with request.urlopen(request.Request("data:,hello")) as data:
        answers.append((None, data.read()))
    failures = [failure(request.urlopen, web.url("/status/404")), failure(request.urlopen, "http://127.0.0.1:1/")]
    return answers, failures, failure(request.urlopen, "nonsense")


@exercise("aiohttp_client", "web")
def aiohttp_client(web: Any) -> Any:
    import aiohttp as library

    async def main() -> Any:
        async with library.ClientSession() as session:
            answers = []
            for method, path in (("GET", "/ok"), ("POST", "/status/503"), ("GET", "/redirect/1"), ("GET", "/pieces")):
                async with session.request(method, web.url(path), params={"q": 1}, headers={"X-Mine": "1"}) as answer:
                    answers.append((answer.status, await answer.text(), len(answer.history), answer.url.path))
            broken = await failure_of(session.get("http://127.0.0.1:1/"))
            return answers, broken[0], (await failure_of(session.get(web.url("/ok"), headers=7)))[0]

    return asyncio.run(main())
