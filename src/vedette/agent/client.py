"""Asking a running agent, with what Python itself has: commands need no more."""

from __future__ import annotations

import http.client
import json
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from vedette.agent.serve.running import find

USUAL = "http://127.0.0.1:8126"
TIMEOUT = 30.0
"""Seconds for an answer."""


class NoAnswer(Exception):
    """The agent can't be asked; the text says why and what to do."""


class Refused(NoAnswer):
    """The agent refuses."""


class Client:
    """One agent."""

    def __init__(self, url: str, token: str = "") -> None:
        self.url = url.rstrip("/")
        self._token = token

    @classmethod
    def of_folder(cls, folder: Path, token: str = "") -> Client:
        """The agent that runs on that data folder, or else the one at the usual address."""
        running = find(folder)
        return cls(running.url if running else USUAL, token)

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
            with urllib.request.urlopen(request, timeout=TIMEOUT) as answer:
                yield iter(answer)
        except urllib.error.HTTPError as error:
            said = error.read(2000).decode(errors="replace").strip()
            raise Refused(f"the agent at {self.url} answers {error.code}: {said}") from None
        except (OSError, http.client.HTTPException, ValueError) as error:
            reason = getattr(error, "reason", error)
            raise NoAnswer(f"no agent answers at {self.url} ({reason}). Start one: vedette agent") from None
