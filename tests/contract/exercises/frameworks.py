"""Web frameworks: requests to a small application by the framework's own means."""

from __future__ import annotations

import asyncio
from typing import Any

from tests.contract.exercises.exercise import exercise


@exercise("flask")
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


@exercise("flask_login")
def flask_login(_: Any) -> Any:
    import flask
    import flask_login as library

    app = flask.Flask("accounts")
    app.secret_key = "not secret"
    manager = library.LoginManager(app)
    manager.user_loader(lambda key: type("Somebody", (library.UserMixin,), {"id": key, "username": "al"})())

    @app.post("/in")
    def sign_in() -> str:
        return str(library.login_user(manager._user_callback(flask.request.form["who"])))

    @app.get("/me")
    def me() -> str:
        return str(library.current_user.get_id())

    client = app.test_client()
    answers = [client.post("/in", data={"who": "7"}), client.get("/me")]
    return [(answer.status_code, answer.get_data()) for answer in answers]


@exercise("starlette")
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


@exercise("fastapi")
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


@exercise("django")
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


@exercise("djangorestframework")
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
