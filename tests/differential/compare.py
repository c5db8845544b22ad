"""What differs between the spans of the reference and ours, as sentences."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase
from typing import Any

Span = dict[str, Any]

# Of the process or of the moment, not of what happened.
UNEQUAL = {"runtime-id", "process_id", "language", "error.stack", "system.pid", "celery.id", "celery.hostname", "sfqid"}
FIELDS = ("resource", "service", "type", "error")


def normal(spans: list[Span], places: Mapping[str, str]) -> list[Span]:
    """The spans in order of their start: parents by name, places (ports) by a word, what is of the moment left out."""
    by_id = {span["span_id"]: span for span in spans}
    return [_normal(span, by_id, places) for span in sorted(spans, key=lambda span: int(span["start"]))]


def _normal(span: Span, by_id: dict[str, Span], places: Mapping[str, str]) -> Span:
    parent = by_id.get(span["parent_id"])
    tags = {**(span["meta"] or {}), **(span["metrics"] or {})}
    kept = {key: value for key, value in tags.items() if key not in UNEQUAL and not key.startswith("_")}
    normal = {"name": span["name"], "parent": parent["name"] if parent else None}
    normal.update({field: _placed(span[field] or "", places) for field in FIELDS})
    return {**normal, "tags": {key: _placed(value, places) for key, value in kept.items()}}


def _placed(value: Any, places: Mapping[str, str]) -> Any:
    """A value without what is another one in each run."""
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return next((word for place, word in places.items() if place == str(int(value))), float(value))
    text = str(value)
    for place, word in places.items():
        text = text.replace(place, word)
    return text


def differences(theirs: list[Span], ours: list[Span]) -> Iterator[str]:
    """A sentence for each; spans of a name are compared in their order."""
    names = list(dict.fromkeys(span["name"] for span in (*theirs, *ours)))
    for name in names:
        yield from _of_one_name(name, [s for s in theirs if s["name"] == name], [s for s in ours if s["name"] == name])


def _of_one_name(name: str, theirs: list[Span], ours: list[Span]) -> Iterator[str]:
    if not ours or not theirs:
        yield f"{name} is {'theirs' if theirs else 'ours'} alone"
        return
    if len(ours) != len(theirs):
        yield f"{name} is there {len(ours)} times, not {len(theirs)}"
    for their, our in _pairs(theirs, ours):
        for field in ("parent", *FIELDS):
            if their[field] != our[field]:
                yield f"{name}: {field} is {our[field]!r}, not {their[field]!r}"
        for key in sorted({*their["tags"], *our["tags"]}):
            yield from _of_one_tag(f"{name}: {key}", their["tags"].get(key), our["tags"].get(key))


def _pairs(theirs: list[Span], ours: list[Span]) -> list[tuple[Span, Span]]:
    """Those that tell of the same URL or resource; if there are as many of both, in their order."""
    if len(theirs) == len(ours):
        return list(zip(theirs, ours))
    left = list(ours)
    found = []
    for their in theirs:
        same = next((our for our in left if _subject(our) == _subject(their)), None)
        if same is not None:
            left.remove(same)
            found.append((their, same))
    return found


def _subject(span: Span) -> Any:
    statement = re.sub(r"[\W\d]", "", span["resource"])  # obfuscated or not
    return span["tags"].get("http.method"), span["tags"].get("http.url", statement)


def _of_one_tag(place: str, theirs: Any, ours: Any) -> Iterator[str]:
    if ours is None:
        yield f"{place} is theirs alone"
    elif theirs is None:
        yield f"{place} is ours alone"
    elif theirs != ours:
        yield f"{place} is {ours!r}, not {theirs!r}"


def judged(found: set[str], accepted: Mapping[str, str], general: Mapping[str, str]) -> tuple[list[str], list[str]]:
    """Differences that no pattern accepts, and patterns that accept nothing any more (general ones may)."""
    patterns = {*accepted, *general}
    unlisted = sorted(each for each in found if not any(_is_like(each, pattern) for pattern in patterns))
    return unlisted, unused(found, accepted)


def unused(found: set[str], accepted: Mapping[str, str]) -> list[str]:
    """The patterns that accept none of these differences."""
    return sorted(pattern for pattern in accepted if not any(_is_like(each, pattern) for each in found))


def _is_like(sentence: str, pattern: str) -> bool:
    """`*` stands for anything, all else for itself (statements have question marks and brackets)."""
    literal = pattern.replace("[", "[[]").replace("?", "[?]")
    return fnmatchcase(sentence, literal)
