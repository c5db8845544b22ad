"""The one thing that every journey does: ask the echo server for an ident, so that each piece leaves a trace."""

from __future__ import annotations

import os

import requests

ECHO = os.environ.get("JOURNEY_ECHO", "")


def fetch(ident: str) -> str:
    """The echo's answer, which is the ident."""
    return requests.get(f"{ECHO}/{ident}", timeout=20).text


def idents(first: int, count: int) -> list[str]:
    """Names of pieces of work."""
    return [f"id-{number}" for number in range(first, first + count)]
