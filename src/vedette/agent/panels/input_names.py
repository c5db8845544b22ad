"""Inputs of a request in the words of people who write requests: `query q`, not `server.request.query / q / 0`."""

from __future__ import annotations

from collections.abc import Sequence

NAMES = {
    "server.request.uri.raw": "address",
    "server.request.query": "query",
    "server.request.headers.no_cookies": "header",
    "server.request.cookies": "cookie",
    "server.request.path_params": "path parameter",
    "server.request.body": "body",
    "server.request.body.filenames": "file name",
    "server.request.method": "method",
    "server.response.status": "status of the response",
    "server.response.headers.no_cookies": "header of the response",
    "server.response.body": "body of the response",
    "graphql.server.all_resolvers": "GraphQL argument",
    "graphql.server.resolver": "GraphQL argument",
    "grpc.server.request.message": "gRPC message",
    "http.client_ip": "client address",
    "usr.id": "user",
    "usr.login": "login",
    "usr.session_id": "session",
}


def told(source: str, path: Sequence[str]) -> str:
    """What the input is called. An address without a name stays as it is; the first place of a list is not told."""
    parts = list(path[:-1]) if len(path) > 1 and path[-1] == "0" else list(path)
    return " ".join((NAMES.get(source, source), ".".join(parts))).strip()
