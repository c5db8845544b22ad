"""Requests as bytes, good and bad, and what a server answers to them, as bytes."""

from __future__ import annotations

import contextlib
import re
import socket

FORM = b"a=1&a=2&b=%C3%A9&c="
CHANGING = re.compile(rb"(?im)^date:.*\r\n")


def request(line: bytes, *headers: bytes, body: bytes = b"", host: bytes | None = b"127.0.0.1") -> bytes:
    """One HTTP/1.1 request that asks for the connection to be closed."""
    head = [line + b" HTTP/1.1", *([b"Host: " + host] if host is not None else []), b"Connection: close", *headers]
    if body:
        head.append(b"Content-Length: %d" % len(body))
    return b"\r\n".join(head) + b"\r\n\r\n" + body


def form(path: bytes, body: bytes) -> bytes:
    """A posted form."""
    return request(b"POST " + path, b"Content-Type: application/x-www-form-urlencoded", body=body)


MULTIPART = (
    b'--b\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n'
    b'--b\r\nContent-Disposition: form-data; name="f"; filename="x"\r\n\r\n' + b"y" * 70_000 + b"\r\n--b--\r\n"
)
CHUNKED = (
    b"POST /stream HTTP/1.1\r\nHost: x\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n"
    b"5\r\nhello\r\n3\r\nyou\r\n0\r\n\r\n"
)

REQUESTS = {
    "plain": request(b"GET /environ"),
    "no such page": request(b"GET /nowhere/%00/%ff"),
    "wrong method": request(b"DELETE /environ"),
    "odd method": request(b"BREW /environ"),
    "malformed host": request(b"GET /headers", host=b"[::1"),
    "host with blanks": request(b"GET /headers", host=b"a b:c"),
    "host with a bad port": request(b"GET /headers", host=b"shop:99999999"),
    "empty host": request(b"GET /headers", host=b""),
    "bad bytes in a header": request(b"GET /headers", b"User-Agent: \xff\xfe\x80"),
    "bad bytes in the query": request(b"GET /headers?q=%ff%fe&=&&a=%&%zz=1"),
    "long query": request(b"GET /headers?q=" + b"x" * 3000),
    "bad trace headers": request(
        b"GET /environ", b"traceparent: 00-zz-1-\xff", b"tracestate: =,,=", b"x-datadog-trace-id: -1"
    ),
    "huge trace ids": request(b"GET /environ", b"x-datadog-trace-id: " + b"9" * 500, b"baggage: " + b"a=b," * 900),
    "bad forwarded address": request(b"GET /environ", b"X-Forwarded-For: ,,999.1.2.3, ::::, \xff"),
    "bad cookies": request(b"GET /environ", b'Cookie: =; a; b==; \xff=\xfe; c="'),
    "form": form(b"/form", FORM),
    "form first": form(b"/form-first", FORM),
    "form of bad bytes": form(b"/form", b"\xff=%ff&=&&%"),
    "large form": form(b"/form", b"a=" + b"x" * 300_000),
    "multipart": request(b"POST /form", b"Content-Type: multipart/form-data; boundary=b", body=MULTIPART),
    "broken multipart": request(b"POST /form", b"Content-Type: multipart/form-data; boundary=b", body=MULTIPART[:100]),
    "multipart without boundary": request(b"POST /form", b"Content-Type: multipart/form-data", body=MULTIPART),
    "broken JSON": request(b"POST /form", b"Content-Type: application/json", body=b'{"a": [' * 3000),
    "streamed body": request(b"POST /stream", b"Content-Type: application/json", body=b"z" * 5000),
    "chunked body": CHUNKED,
    "unread body": form(b"/unread", FORM * 10),
    "unprintable error": request(b"GET /unprintable"),
    "recursion": request(b"GET /recursion"),
    "recursion error": request(b"GET /recursion-error"),
    "circle of causes": request(b"GET /chained"),
    "SystemExit": request(b"GET /exit"),
    "BaseException": request(b"GET /base"),
    "odd response": request(b"GET /odd-response"),
    "streamed answer": request(b"GET /generator"),
    "streamed answer that fails": request(b"GET /generator-fails"),
    "HEAD": request(b"HEAD /generator"),
    "OPTIONS": request(b"OPTIONS /form"),
}


def ask(port: int, question: bytes, most: int | None = None) -> bytes:
    """Everything the server answers, without what changes with the clock; only the first ``most`` bytes if given."""
    with socket.create_connection(("127.0.0.1", port), timeout=20) as connection:
        # A server may answer and close before it has read everything.
        with contextlib.suppress(OSError):
            connection.sendall(question)
        return CHANGING.sub(b"", _read(connection, most))


def _read(connection: socket.socket, most: int | None) -> bytes:
    answer = b""
    while most is None or len(answer) < most:
        try:
            piece = connection.recv(65536)
        except ConnectionError:
            break
        if not piece:
            break
        answer += piece
    return answer
