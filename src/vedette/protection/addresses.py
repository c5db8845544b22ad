"""A request's parts under the names that rules know (the addresses of the event-rule schema)."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Union

    from vedette.operations import IncomingCall, IncomingRequest

    Raw = tuple[str, str, Union[bytes, str]]

METHOD = "server.request.method"
URI = "server.request.uri.raw"
QUERY = "server.request.query"
HEADERS = "server.request.headers.no_cookies"
COOKIES = "server.request.cookies"
BODY = "server.request.body"
FILE_NAMES = "server.request.body.filenames"
FILE_CONTENTS = "server.request.body.files_content"
PATH_PARAMS = "server.request.path_params"
CLIENT = "http.client_ip"
STATUS = "server.response.status"
RESPONSE_HEADERS = "server.response.headers.no_cookies"
RESPONSE_BODY = "server.response.body"
CALL_METHOD = "grpc.server.method"
CALL_METADATA = "grpc.server.request.metadata"
CALL_MESSAGE = "grpc.server.request.message"
CALL_ANSWER = "grpc.server.response.message"
GRAPHQL = "graphql.server.all_resolvers"
USER_ID = "usr.id"
USER_LOGIN = "usr.login"
SESSION = "usr.session_id"
DB_SYSTEM = "server.db.system"
DB_STATEMENT = "server.db.statement"
DB_DOCUMENT = "server.db.document"
FILE = "server.io.fs.file"
URL = "server.io.net.url"
CONNECTION = "server.io.net.connection"
REDIRECT = "server.io.net.redirect"
PROGRAM = "server.sys.exec.cmd"
SHELL_COMMAND = "server.sys.shell.cmd"
EVENT = "server.business_logic."
"""Begins the address of a sign-in, a sign-up."""


def of_request(operation: IncomingRequest, headers: dict[str, Any], client: str | None) -> dict[str, Any]:
    """What is known before the body is read, but for `raw_parts`."""
    addresses: dict[str, Any] = {METHOD: operation.method, HEADERS: headers}
    if client:
        addresses[CLIENT] = client
    return addresses


def of_call(call: IncomingCall, metadata: dict[str, Any], client: str | None) -> dict[str, Any]:
    """What is known of a call before its first message."""
    known: dict[str, Any] = {CALL_METHOD: call.path, CALL_METADATA: metadata}
    if client:
        known[CLIENT] = client
    return known


def of_message(what: str, message: Any) -> dict[str, Any]:
    """A message of a call, come in (`message`) or about to go out (`answer`)."""
    address = {"message": CALL_MESSAGE, "answer": CALL_ANSWER}.get(what)
    return {address: message} if address else {}


def raw_parts(operation: IncomingRequest, cookies: Any) -> list[Raw]:
    """Query string, cookies and address line as they were sent; that one last, as a finding names the first place."""
    parts: list[Raw] = []
    if operation.query:
        parts.append((QUERY, "form", operation.query))
    if cookies:
        parts.append((COOKIES, "cookies", cookies if isinstance(cookies, str) else "; ".join(cookies)))
    parts.append((URI, "text", raw_uri(operation)))
    return parts


def of_response(operation: IncomingRequest) -> dict[str, Any]:
    """What the application answers, before it leaves."""
    headers = by_name(operation.response_headers)
    headers.pop("set-cookie", None)
    return {STATUS: str(operation.status), RESPONSE_HEADERS: headers}


def raw_uri(operation: IncomingRequest) -> str:
    """Path and query as they were sent."""
    rest = operation.url.partition("://")[2]
    slash = rest.find("/")
    return rest[slash:] if slash >= 0 else "/"


def by_name(headers: Any) -> dict[str, Any]:
    """Headers by lower-case name; what comes repeatedly is a list."""
    named: dict[str, Any] = {}
    for name, value in headers.items() if headers is not None else ():
        if name in named:
            earlier = named[name]
            named[name] = [*earlier, value] if isinstance(earlier, list) else [earlier, value]
        else:
            named[name] = value
    return named
