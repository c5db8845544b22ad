"""The word that allows changes: who may read the data folder, or the page, has it; pages from elsewhere do not."""

from __future__ import annotations

import contextlib
import hmac
import os
import secrets
from pathlib import Path

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

FILE = "token"
HEADER = "x-vedette-token"
READS = ("GET", "HEAD", "OPTIONS")


def token_of(folder: Path | None) -> str:
    """The token of a data folder, made with the first agent there; in memory, one for this process."""
    if folder is None:
        return secrets.token_urlsafe(24)
    path = folder / FILE
    with contextlib.suppress(OSError, UnicodeDecodeError):
        if known := path.read_text(encoding="ascii").strip():
            return known
    made = secrets.token_urlsafe(24)
    with contextlib.suppress(OSError), open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(made + "\n")
    return made


class NeedsToken:
    """Answers 403 to changes by whoever does not know the token (header `X-Vedette-Token`), or from another origin."""

    def __init__(self, app: ASGIApp, token: str) -> None:
        self._app = app
        self._token = token

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        changes = scope["type"] == "http" and scope["method"] not in READS
        if changes and (reason := self._objection(Headers(scope=scope))):
            await PlainTextResponse(reason + "\n", 403)(scope, receive, send)
        else:
            await self._app(scope, receive, send)

    def _objection(self, headers: Headers) -> str:
        origin = headers.get("origin")
        if origin is not None and origin.partition("://")[2].lower() != headers.get("host", "").lower():
            return "Changes can't come from another web page."
        given = headers.get(HEADER, "").encode()
        if not hmac.compare_digest(given, self._token.encode()):
            return f"Changes need the header {HEADER} with the token in the file {FILE} of the data folder."
        return ""
