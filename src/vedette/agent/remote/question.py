"""The question of a client, read: what is of another form than it should be counts as not said."""

from __future__ import annotations

from typing import Any, NamedTuple

LONGEST = 1_000
"""Characters of a text that are kept."""
MOST = 1_000
"""Entries of a list that are read."""


class Malformed(ValueError):
    """A question that is none; the text says why."""


class Reported(NamedTuple):
    """What a client says of one configuration."""

    version: int
    state: int
    error: str


class Question(NamedTuple):
    """Who asks, and what it has."""

    client: str
    service: str
    env: str
    version: str
    language: str
    tracer_version: str
    products: tuple[str, ...]
    targets_version: int
    error: str
    """Why it refused the last answer whole."""
    reported: dict[tuple[str, str], Reported]
    """By product and id."""
    cached: dict[str, str]
    """Hashes by path."""


def read(raw: Any) -> Question:
    """Reads a question. Raises Malformed for one that does not say who asks."""
    client = _object(_object(raw).get("client"))
    tracer, state = _object(client.get("client_tracer")), _object(client.get("state"))
    if not _text(client.get("id")) or not isinstance(client.get("client_tracer"), dict):
        raise Malformed("expected a client with an id and client_tracer")
    return Question(
        _text(client.get("id")),
        _text(tracer.get("service")),
        _text(tracer.get("env")),
        _text(tracer.get("app_version")),
        _text(tracer.get("language")),
        _text(tracer.get("tracer_version")),
        tuple(_text(product) for product in _list(client.get("products"))),
        _number(state.get("targets_version")),
        _text(state.get("error")) if state.get("has_error") else "",
        dict(_reported(_object(one)) for one in _list(state.get("config_states"))),
        dict(_cached(_object(one)) for one in _list(_object(raw).get("cached_target_files"))),
    )


def _reported(one: dict[str, Any]) -> tuple[tuple[str, str], Reported]:
    said = Reported(_number(one.get("version")), _number(one.get("apply_state")), _text(one.get("apply_error")))
    return (_text(one.get("product")), _text(one.get("id"))), said


def _cached(one: dict[str, Any]) -> tuple[str, str]:
    hashes = [_object(entry) for entry in _list(one.get("hashes"))]
    sha256 = next((_text(entry.get("hash")) for entry in hashes if entry.get("algorithm") == "sha256"), "")
    return _text(one.get("path")), sha256


def _object(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _list(value: Any) -> list[Any]:
    return value[:MOST] if isinstance(value, list) else []


def _text(value: Any) -> str:
    return value[:LONGEST] if isinstance(value, str) else ""


def _number(value: Any) -> int:
    return value if isinstance(value, int) else 0
