"""One small piece of work per library, and the application's answer to it, which never depends on vedette.

Each goes through as many hooks of its integration as it can without a server of somebody else's.
"""

from __future__ import annotations

import asyncio
import io
import logging
from concurrent.futures import ThreadPoolExecutor
from typing import Any


def sqlite(_: Any) -> Any:
    import sqlite3

    connection = sqlite3.connect(":memory:")
    with connection:
        connection.execute("create table t (a)")
        connection.executemany("insert into t values (?)", [(1,), (2,)])
    cursor = connection.cursor()
    cursor.executescript("insert into t values (3)")
    connection.commit()
    connection.rollback()
    return [cursor.execute("select a from t").fetchall(), cursor.fetchone(), failure(cursor.execute, "selec")]


def gevent(_: Any) -> Any:
    import gevent as library
    from gevent import thread, threadpool

    raw: list[str] = []
    library.spawn_raw(raw.append, "raw")
    thread.start_new_thread(raw.append, ("thread",))
    pool = threadpool.ThreadPool(1)
    greenlets = [library.spawn(str.upper, "spawned"), library.spawn_later(0, int, "no number")]
    answers = [library.spawn(pool.spawn(str.upper, "pooled").get).get(timeout=5), library.wait(greenlets, timeout=5)]
    pool.kill()
    return [sorted(raw), answers[0], [each.value for each in greenlets], repr(greenlets[1].exception)]


def flask(_: Any) -> Any:
    import flask as library

    app = library.Flask("shop")

    @app.route("/users/<int:number>", methods=["GET", "POST"])
    def user(number: int) -> Any:
        library.request.get_data()
        return {"number": number, "body": library.request.get_data(as_text=True)}

    @app.route("/stream")
    def stream() -> Any:
        return library.Response(iter(["a", "b"]))

    @app.route("/broken")
    def broken() -> Any:
        raise LookupError("mine")

    client = app.test_client()
    answers = [
        client.get("/users/7?q=1"),
        client.post("/users/7", data=b"hello"),
        client.get("/stream"),
        client.get("/broken"),
        client.get("/nowhere"),
    ]
    return [(answer.status, answer.data, sorted(answer.headers.items())) for answer in answers]


def starlette(_: Any) -> Any:
    from starlette import applications, background, responses, routing

    done: list[str] = []

    async def user(request: Any) -> Any:
        body = await request.body()
        task = background.BackgroundTask(done.append, "task")
        return responses.JSONResponse({"path": request.path_params, "body": body.decode()}, background=task)

    async def broken(request: Any) -> Any:
        raise LookupError("mine")

    inner = routing.Mount("/api", routes=[routing.Route("/users/{number}", user, methods=["GET", "POST"])])
    app = applications.Starlette(routes=[inner, routing.Route("/broken", broken)])
    return [*asgi(app), done]


def fastapi(_: Any) -> Any:
    import fastapi as library

    app = library.FastAPI()
    router = library.APIRouter(prefix="/api")

    @router.api_route("/users/{number}", methods=["GET", "POST"])
    async def user(number: int, request: library.Request) -> Any:
        return {"number": number, "body": (await request.body()).decode()}

    @app.get("/broken")
    def broken() -> Any:
        raise LookupError("mine")

    user.__annotations__["request"] = library.Request
    app.include_router(router)
    return asgi(app)


def asgi(app: Any) -> list[Any]:
    """What an ASGI application answers to some requests."""
    user = "/api/users/7"
    asked = [("GET", user, b""), ("POST", user, b"hello"), ("GET", "/broken", b""), ("GET", "/no", b"")]
    return [asyncio.run(request(app, *each)) for each in asked]


async def request(app: Any, method: str, path: str, body: bytes) -> Any:
    sent: list[Any] = []
    scope = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": method, "scheme": "http",
        "path": path, "raw_path": path.encode(), "query_string": b"q=1", "root_path": "",
        "headers": [(b"host", b"shop"), (b"content-length", str(len(body)).encode())],
        "client": ("127.0.0.1", 1), "server": ("127.0.0.1", 80),
    }  # fmt: skip
    waiting = [{"type": "http.request", "body": body, "more_body": False}]

    async def receive() -> Any:
        return waiting.pop() if waiting else {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        sent.append(message)

    try:
        await app(scope, receive, send)
    except LookupError as error:
        sent.append(repr(error))
    return sent


def requests(web: Any) -> Any:
    import requests as library

    with library.Session() as session:
        answers = [session.get(web.url("/ok?q=1")), session.post(web.url("/redirect/1"), data="x")]
        broken = failure(session.get, "http://127.0.0.1:1/")[0]
        return [(answer.status_code, answer.text) for answer in answers], broken


def urllib3(web: Any) -> Any:
    import urllib3 as library

    with library.PoolManager() as pool:
        answers = [pool.request("GET", web.url("/ok")), pool.request("POST", web.url("/status/404"), body="x")]
        broken = failure(pool.request, "GET", "http://127.0.0.1:1/", retries=False)[0]
        return [(answer.status, answer.data) for answer in answers], broken


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


def http_client(web: Any) -> Any:
    import http.client

    connection = http.client.HTTPConnection(web.host, web.port)
    connection.request("POST", "/ok", body="x")
    answer = connection.getresponse()
    told = answer.status, answer.read()
    connection.close()
    return told, failure(http.client.HTTPConnection("127.0.0.1", 1).request, "GET", "/")[0]


def jinja2(_: Any) -> Any:
    import jinja2 as library

    environment = library.Environment(loader=library.DictLoader({"a": "{{ x }}{% include 'b' %}", "b": "!"}))
    template = environment.get_template("a")
    broken = environment.from_string("{{ 1 // 0 }}")
    later = library.Environment(enable_async=True).from_string("{{ x }}")

    async def rendered() -> Any:
        return await later.render_async(x=1), [part async for part in later.generate_async(x=2)]

    wrong = failure(environment.from_string, "{% if")[0], failure(broken.render)[0]
    return template.render(x=1), list(template.generate(x=2)), asyncio.run(rendered()), wrong


def logging_(_: Any) -> Any:
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    handler.setFormatter(logging.Formatter("%(levelname)s %(name)s %(message)s %(mine)s"))
    logger = logging.Logger("shop")
    logger.addHandler(handler)
    logger.warning("a %s", 1, extra={"mine": 2})
    return written.getvalue(), failure(logger.warning, "x", extra={"message": 1})


def structlog(_: Any) -> Any:
    import structlog as library

    seen: list[Any] = []

    def last(logger: Any, name: str, event: dict[str, Any]) -> str:
        seen.append((name, event["event"], event.get("mine")))
        return "line"

    library.wrap_logger(library.PrintLogger(io.StringIO()), processors=[last]).info("hello", mine=1)
    return seen


def loguru(_: Any) -> Any:
    from loguru import logger

    seen: list[str] = []
    sink = logger.add(seen.append, format="{level} {message} {extra[mine]}")
    logger.bind(mine=1).info("hello {}", 2)
    logger.remove(sink)
    return seen


def celery(_: Any) -> Any:
    import celery as library

    app = library.Celery("shop", broker="memory://", backend="cache+memory://", set_as_current=False)

    @app.task(name="add")
    def add(a: int, b: int) -> int:
        return a + b

    @app.task(name="fail")
    def fail() -> None:
        raise LookupError("mine")

    sent = add.apply_async((1, 2), task_id="7")
    failed = fail.apply()
    return add.apply((1, 2)).get(), failed.state, repr(failed.result), sent.id, add(3, 4)


def futures(_: Any) -> Any:
    with ThreadPoolExecutor(2) as pool:
        return list(pool.map(abs, [-1, 2])), failure(pool.submit(divmod, 1, 0).result)


def asyncio_(_: Any) -> Any:
    async def main() -> Any:
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(None, abs, -1), await asyncio.gather(asyncio.sleep(0, 7))

    return asyncio.run(main())


def psycopg(dsn: Any) -> Any:
    import psycopg as library

    async def asynchronously() -> Any:
        connection = await library.AsyncConnection.connect(dsn)
        async with connection, connection.cursor() as cursor:
            await cursor.execute("select 2")
            return await cursor.fetchall(), [row async for row in cursor.stream("select 3")]

    with library.connect(dsn) as connection:
        cursor = connection.execute("select 1")
        rows = cursor.fetchall()
        cursor.executemany("select %s", [(1,), (2,)])
        with cursor.copy("copy (select 1) to stdout") as copy:
            blocks = [bytes(block) for block in copy]
        streamed = list(cursor.stream("select 4"))
        connection.rollback()
    return rows, blocks, streamed, asyncio.run(asynchronously()), failure(library.connect(dsn).execute, "selec 1")


def psycopg2(dsn: Any) -> Any:
    import psycopg2 as library

    connection = library.connect(dsn)
    cursor = connection.cursor()
    cursor.execute("select %s", (1,))
    rows = cursor.fetchall()
    cursor.callproc("upper", ["a"])
    out = io.StringIO()
    cursor.copy_expert("copy (select 1) to stdout", out)
    connection.commit()
    connection.rollback()
    return rows, cursor.rowcount, out.getvalue(), failure(cursor.execute, "selec 1")


def pymysql(options: Any) -> Any:
    import pymysql as library
    from pymysql import cursors

    connection = library.connect(**options)
    cursor = connection.cursor()
    cursor.execute("select %s union select 2", (1,))
    rows = cursor.fetchone(), cursor.fetchmany(1), cursor.fetchall()
    many = cursor.executemany("select %s", [(1,), (2,)])
    connection.commit()
    connection.rollback()
    unbuffered = connection.cursor(cursors.SSDictCursor)
    unbuffered.execute("select 3 as three")
    return rows, many, cursor.rowcount, unbuffered.fetchall(), failure(cursor.execute, "selec 1")


def aiosqlite(_: Any) -> Any:
    import aiosqlite as library

    async def main() -> Any:
        async with library.connect(":memory:") as connection:
            await connection.executescript("create table t (a); insert into t values (1)")
            await connection.commit()
            async with connection.execute("select a from t") as cursor:
                rows = [row async for row in cursor]
            try:
                await connection.execute("selec")
            except Exception as error:
                return rows, type(error).__name__, str(error)

    return asyncio.run(main())


def sqlalchemy(_: Any) -> Any:
    import sqlalchemy as library

    engine = library.create_engine("sqlite://")
    with engine.begin() as connection:
        connection.execute(library.text("create table t (a int)"))
        connection.execute(library.text("insert into t values (:a)"), [{"a": 1}, {"a": 2}])
        rows = connection.execute(library.text("select a from t")).fetchall()
        refused = failure(connection.execute, library.text("selec"))
    return [tuple(row) for row in rows], refused


def redis(url: Any) -> Any:
    import redis as library
    from redis import asyncio as asynchronous

    async def asynchronously() -> Any:
        client = asynchronous.Redis.from_url(url)
        await client.set("contract", "2")
        value = await client.get("contract")
        await client.aclose()
        return value

    client = library.Redis.from_url(url)
    with client.pipeline() as pipeline:
        pipe = pipeline.set("contract", "1").get("contract").execute()
    return client.get("contract"), pipe, failure(client.execute_command, "NONSENSE")[0], asyncio.run(asynchronously())


def django(_: Any) -> Any:
    from django.core.cache import cache
    from django.shortcuts import render

    from django.http import HttpResponse, StreamingHttpResponse  # isort: skip
    from django.urls import path  # isort: skip
    from tests.integrations import asgi_client, django_site, wsgi_client

    def user(request: Any, number: int) -> Any:
        cache.set("k", number)
        return HttpResponse(f"{number} {request.user} {request.body.decode()} {cache.get('k')}")

    def broken(request: Any) -> Any:
        raise LookupError("mine")

    def queried(request: Any) -> Any:
        from django.db import connection

        connection.connection = None  # made anew, in memory
        with connection.cursor() as cursor:
            return HttpResponse(str(cursor.execute("select 1").fetchall()))

    def page(request: Any) -> Any:
        return render(request, "page.html", {"name": "bob"})

    def stream(request: Any) -> Any:
        return StreamingHttpResponse(iter([b"a", b"b"]))

    views = (broken, page, stream, queried)
    patterns = [path("users/<int:number>", user), *(path(view.__name__, view) for view in views)]
    paths = ["/users/7?q=1", "/broken", "/page", "/stream", "/queried", "/nowhere"]
    caches = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
    with django_site.site(patterns, django_site.MIDDLEWARE, CACHES=caches):
        through_wsgi = [wsgi_client.ask(django_site.wsgi(), asked) for asked in paths]
        through_wsgi.append(wsgi_client.ask(django_site.wsgi(), "/users/7", "POST", body=b"hello"))
        through_asgi = [asgi_client.ask(django_site.asgi(), asked) for asked in paths]
    return [(answer.status, answer.body, sorted(answer.headers.items())) for answer in (*through_wsgi, *through_asgi)]


def djangorestframework(_: Any) -> Any:
    from tests.integrations import django_site, wsgi_client

    from django.urls import path  # isort: skip
    from rest_framework import exceptions, response, views  # isort: skip

    class View(views.APIView):
        authentication_classes = permission_classes = ()

        def get(self, request: Any) -> Any:
            if "broken" in request.GET:
                raise exceptions.APIException("mine")
            return response.Response([1])

    with django_site.site([path("view", View.as_view())]):
        answers = [wsgi_client.ask(django_site.wsgi(), asked) for asked in ("/view?format=json", "/view?broken=1")]
    return [(answer.status, answer.body) for answer in answers]


def failure(function: Any, *args: Any, **named: Any) -> tuple[str, str]:
    """The error that a call ends in."""
    try:
        function(*args, **named)
    except Exception as error:
        return type(error).__name__, str(error)
    return "", "no error"


EXERCISES = {
    "asyncio": asyncio_, "celery": celery, "django": django, "djangorestframework": djangorestframework,
    "fastapi": fastapi, "flask": flask, "futures": futures, "gevent": gevent,
    "http_client": http_client, "httpx": httpx, "jinja2": jinja2, "logging": logging_, "loguru": loguru,
    "aiosqlite": aiosqlite, "pymysql": pymysql, "sqlalchemy": sqlalchemy,
    "psycopg": psycopg, "psycopg2": psycopg2, "redis": redis, "requests": requests, "sqlite3": sqlite,
    "starlette": starlette, "structlog": structlog, "urllib3": urllib3,
}  # fmt: skip

SERVERS = {
    "psycopg": "postgresql_dsn", "psycopg2": "postgresql_dsn", "pymysql": "mysql_options",
    "redis": "redis_url", "requests": "web", "urllib3": "web", "httpx": "web", "http_client": "web",
}  # fmt: skip
"""The fixture that an exercise is given."""
