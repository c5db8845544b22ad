"""Speaks to a running agent's API of remote configuration."""

from __future__ import annotations

import http.client
import json
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path
from typing import Any

from vedette.agent.address import URL
from vedette.agent.client import opened, token_for
from vedette.agent.options import default_data_folder
from vedette.agent.serve.running import find

SECONDS = 30


class Refused(Exception):
    """The agent does not answer, or does not do it; the text says why."""


class Desk:
    """The agent at an address, or the one that runs in a data folder."""

    def __init__(self, url: str | None, folder: Path | None) -> None:
        running = find(folder or default_data_folder())
        self.url = (url or (running.url if running else URL)).rstrip("/")
        self._token = token_for(self.url, folder)

    def ask(self, method: str, *path: str, body: Any = None, **query: str) -> dict[str, Any]:
        """What is told for a request below `/api/remote`. Raises Refused."""
        try:
            found: dict[str, Any] = json.loads(self._request(method, path, body, query))
        except ValueError as error:
            raise self._silent(error) from None
        return found

    def fetch(self, *path: str) -> bytes:
        """A file below `/api/remote`. Raises Refused."""
        return self._request("GET", path, None, {})

    def _request(self, method: str, path: tuple[str, ...], body: Any, query: dict[str, str]) -> bytes:
        address = "/".join((self.url, "api", "remote", *(urllib.parse.quote(part, safe="") for part in path)))
        given = {name: value for name, value in query.items() if value}
        if given:
            address += "?" + urllib.parse.urlencode(given)
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(address, data, {"X-Vedette-Token": self._token}, method=method)
        try:
            with opened(request, SECONDS) as answer:
                return bytes(answer.read())
        except urllib.error.HTTPError as error:
            with error:
                raise Refused(_reason(error)) from None
        except (OSError, ValueError, http.client.HTTPException) as error:
            raise self._silent(error) from None

    def _silent(self, error: Exception) -> Refused:
        reason = getattr(error, "reason", error)
        return Refused(f"no agent answers at {self.url} ({reason}). Start one: vedette agent")


def _reason(error: urllib.error.HTTPError) -> str:
    text = error.read(10_000).decode("utf-8", "replace").strip()
    if error.code == 403:
        return f"{text} It is taken from the data folder (--data), or from VEDETTE_AGENT_TOKEN."
    try:
        told = json.loads(text)
    except ValueError:
        return f"status {error.code} {text}"
    return str(told.get("error") or "there is no such thing")
