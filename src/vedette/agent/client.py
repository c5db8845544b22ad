"""Asking a running agent, with what Python itself has: commands need no more."""

from __future__ import annotations

import http.client
import json
import os
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from vedette.agent.address import URL
from vedette.agent.options import default_data_folder
from vedette.agent.serve.running import find

HERE = ("127.0.0.1", "localhost", "::1")
TOKEN = "VEDETTE_AGENT_TOKEN"
"""Variable with the token of an agent whose data folder is elsewhere."""
TIMEOUT = 30.0
"""Seconds for an answer."""


class NoAnswer(Exception):
    """The agent can't be asked; the text says why and what to do."""


class Refused(NoAnswer):
    """The agent refuses."""


def token_for(url: str, folder: Path | None) -> str:
    """The token to show at an address: that of the environment, or that of the data folder; empty if there is none.

    The default folder's (None) is for this machine's agents only: at another address it would be given away.
    """
    if TOKEN in os.environ:
        return os.environ[TOKEN]
    if folder is None and not is_here(url):
        return ""
    try:
        return ((folder or default_data_folder()) / "token").read_text(encoding="ascii").strip()
    except (OSError, ValueError):
        return ""


def is_here(url: str) -> bool:
    """Whether an address is of this machine."""
    return urllib.parse.urlsplit(url).hostname in HERE


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    """An agent sends nobody elsewhere, and a token must not follow whoever does."""

    def redirect_request(self, *args: Any, **kwargs: Any) -> None:
        """None: the redirect is the answer, an error."""


def opened(request: urllib.request.Request, timeout: float) -> Any:
    """Sends a request to an agent; this machine's are asked without the proxy that the environment may name.

    Raises:
        OSError: as `urllib.request.urlopen` does.
    """
    proxies = [urllib.request.ProxyHandler({})] if is_here(request.full_url) else []
    return urllib.request.build_opener(_NoRedirects, *proxies).open(request, timeout=timeout)


class Client:
    """One agent."""

    def __init__(self, url: str, token: str = "") -> None:
        self.url = url.rstrip("/")
        self._token = token

    @classmethod
    def of_folder(cls, folder: Path, token: str = "") -> Client:
        """The agent that runs on that data folder, or else the one at the usual address."""
        running = find(folder)
        return cls(running.url if running else URL, token)

    def ask(self, path: str, **query: Any) -> dict[str, Any]:
        """The answer of the JSON API; parameters that are None or empty are left out.

        Raises:
            NoAnswer: nobody is there, or not an agent.
        """
        with self.stream(path, **query) as lines:
            try:
                answer = json.loads(b"".join(lines))
            except ValueError:
                raise NoAnswer(f"what answers at {self.url} is no vedette agent") from None
        return dict(answer)

    @contextmanager
    def stream(self, path: str, body: bytes | None = None, kind: str = "", **query: Any) -> Iterator[Iterator[bytes]]:
        """The lines of an answer; with a body of that content type, of a change.

        Raises:
            NoAnswer: nobody is there, or it refuses.
        """
        given = urllib.parse.urlencode({name: value for name, value in query.items() if value not in (None, "")})
        headers = {"X-Vedette-Token": self._token, "Content-Type": kind} if body is not None else {}
        request = urllib.request.Request(f"{self.url}{path}?{given}" if given else self.url + path, body, headers)
        try:
            with opened(request, TIMEOUT) as answer:
                yield iter(answer)
        except urllib.error.HTTPError as error:
            said = error.read(2000).decode(errors="replace").strip()
            raise Refused(f"the agent at {self.url} answers {error.code}: {said}{_hint(error.code)}") from None
        except (OSError, http.client.HTTPException, ValueError) as error:
            reason = getattr(error, "reason", error)
            raise NoAnswer(f"no agent answers at {self.url} ({reason}). Start one: vedette agent") from None


def _hint(status: int) -> str:
    return f" It is taken from the data folder (--data), or from {TOKEN}." if status == 403 else ""
