"""Case files: what rules are to find and to let pass.

A case file is JSON: `{"class": "sql_injection", "attacks": [...], "ordinary": [...]}`. A case is a text, which is put
into one place of a request after the other, or an object that says the request (see `requests.py`).
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, NamedTuple, Union

from vedette.protection.trials.places import PLACES
from vedette.protection.trials.requests import PARTS

Content = Union[str, "dict[str, Any]"]


class Case(NamedTuple):
    """One thing to try."""

    kind: str
    """Class of attack, or of ordinary traffic."""
    is_attack: bool
    content: Content
    rule: str | None = None
    """The rule that has to find it; any will do if None."""
    places: tuple[str, ...] = ()
    """Of a text: the places to try; every place if empty."""


class BadCases(ValueError):
    """A case file that can't be used; the message says which part of it."""


def read(path: Path) -> list[Case]:
    """The cases of a file, or of all `*.json` files of a folder. Raises BadCases, OSError."""
    if path.is_dir():
        files = sorted(path.rglob("*.json"))
        if not files:
            raise BadCases(f"{path}: there is no case file (*.json) in this folder")
        return [case for file in files for case in read(file)]
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise BadCases(f"{path}: not JSON: {error}") from None
    return of_document(document, str(path))


def of_document(document: Any, name: str) -> list[Case]:
    """The cases of a document; `name` is for messages."""
    if not isinstance(document, dict) or not isinstance(document.get("class"), str):
        raise BadCases(f'{name}: a case file is an object with "class", "attacks" and "ordinary"')
    places = _places(document.get("places", []), name)
    cases: list[Case] = []
    for key, is_attack in (("attacks", True), ("ordinary", False)):
        entries = document.get(key, [])
        if not isinstance(entries, list):
            raise BadCases(f"{name}: {key} is no list")
        checked = (_content(entry, f"{name}: {key}[{at}]") for at, entry in enumerate(entries))
        cases += [Case(document["class"], is_attack, content, places=places) for content in checked]
    if not cases:
        raise BadCases(f"{name}: it has neither attacks nor ordinary cases")
    return cases


def _places(named: Any, name: str) -> tuple[str, ...]:
    unknown = [place for place in named if place not in PLACES] if isinstance(named, list) else [named]
    if unknown:
        raise BadCases(f"{name}: places has {unknown[0]}; the places are {', '.join(PLACES)}")
    return tuple(named)


def _content(entry: Any, where: str) -> Content:
    if isinstance(entry, str):
        return entry
    if not isinstance(entry, dict) or not entry:
        raise BadCases(f"{where} is neither a text nor an object that says a request")
    unknown = sorted(set(entry) - PARTS)
    if unknown:
        raise BadCases(f"{where} has {', '.join(unknown)}; a request is said by {', '.join(sorted(PARTS))}")
    return entry


def examples() -> list[Case]:
    """The cases that come with vedette: the examples of each default rule."""
    cases = []
    for name, rule in explanations().items():
        if name.startswith("vdt-rasp-"):
            continue  # what reaches a sink is more than a request
        cases += [Case(rule["type"], True, content, rule=name) for content in rule["attacks"]]
        cases += [Case(rule["type"], False, content) for content in rule["look_alikes"]]
    return cases


def explanations() -> dict[str, Any]:
    """What is said of each default rule, by its id."""
    path = Path(__file__).parent.parent / "rules" / "explanations.json"
    told: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return told
