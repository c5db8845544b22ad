"""A Flask application that does everything it should not (WSGI: `tests.journeys.apps.hostile:app`)."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Any

from flask import Flask, Response, jsonify, request

app = Flask(__name__)


class Unprintable(Exception):
    """Its text cannot be had."""

    def __str__(self) -> str:
        raise ValueError("no text")

    __repr__ = __str__


class OddDict(dict):  # type: ignore[type-arg]
    """A mapping whose items cannot be listed."""

    def items(self) -> Any:
        """Refuse."""
        raise RuntimeError("no items")


class Base(BaseException):
    """Not an Exception."""


@app.get("/health")
def health() -> str:
    """Whether it serves."""
    return "up"


@app.get("/unprintable")
def unprintable() -> str:
    """Raise what cannot be printed."""
    raise Unprintable


@app.errorhandler(Unprintable)
def explained(error: Unprintable) -> tuple[str, int]:
    """The application's own answer to it."""
    return f"a {type(error).__name__} without words", 418


@app.get("/recursion")
def recursion() -> str:
    """Fill the stack, and answer from its end."""

    def deeper(level: int) -> int:
        try:
            return deeper(level + 1)
        except RecursionError:
            return level

    return str(deeper(0) > 100)


@app.get("/recursion-error")
def recursion_error() -> str:
    """Fill the stack and let it out."""
    return recursion_error()


@app.get("/chained")
def chained() -> str:
    """An exception whose causes form a circle."""
    first, second = ValueError("a"), KeyError("b")
    first.__cause__, second.__cause__ = second, first
    raise first


@app.get("/exit")
def leave() -> str:
    """SystemExit inside a view."""
    try:
        sys.exit(3)
    except SystemExit as error:
        return f"stayed in spite of {error.code}"


@app.get("/base")
def base() -> str:
    """A BaseException that the application catches around its own call."""
    try:
        raise Base("b")
    except Base:
        return "caught"


@app.post("/form")
def form() -> Response:
    """The body, then the form: what a body tap must not disturb."""
    return jsonify(body=len(request.get_data(cache=True)), form=request.form.to_dict(flat=False))


@app.post("/form-first")
def form_first() -> Response:
    """The form, then what is left of the body."""
    names = sorted(request.form)
    return jsonify(form=names, body=len(request.get_data()))


@app.post("/stream")
def stream() -> str:
    """The body by pieces, as it comes."""
    return str([len(chunk) for chunk in iter(lambda: request.stream.read(1000), b"")])


@app.post("/unread")
def unread() -> str:
    """A body that nobody reads."""
    return "not read"


@app.get("/environ")
def environ() -> Response:
    """The names in the WSGI environ: nothing may be left behind there."""
    return jsonify(sorted(request.environ))


@app.get("/headers")
def headers() -> Response:
    """What arrived, as it arrived."""
    query = request.query_string.decode("latin-1")
    return jsonify(host=request.headers.get("Host"), agent=request.headers.get("User-Agent"), query=query)


@app.get("/odd-response")
def odd_response() -> Response:
    """Header values outside of ASCII, a repeated header, an odd status."""
    response = Response("odd", status="299 Fine, really")
    response.headers.add("X-Odd", "caf\xe9")
    response.headers.add("X-Odd", "twice")
    return response


@app.get("/generator")
def generator() -> Response:
    """A streamed answer."""

    def parts() -> Iterator[str]:
        yield "a"
        yield "b"

    return Response(parts())


@app.get("/generator-fails")
def generator_fails() -> Response:
    """A streamed answer that breaks off."""

    def parts() -> Iterator[str]:
        yield "a"
        raise Unprintable

    return Response(parts())


@app.get("/long")
def long() -> Response:
    """An answer too long for anyone who leaves early."""
    return Response(("x" * 65536 for _ in range(200)), mimetype="text/plain")


@app.before_request
def mark() -> None:
    """The environ takes an object that refuses to be looked at."""
    request.environ["odd"] = OddDict(a=1)
