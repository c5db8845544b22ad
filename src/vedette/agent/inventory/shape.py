"""The merged shape of a value that was seen several times: types, formats, fields, classes of sensitive data."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

TYPES = {0: "unknown", 1: "null", 2: "boolean", 4: "integer", 8: "string", 16: "number"}
"""Types by their numbers in the encoded schema."""
MOST_FIELDS = 200
"""Fields that are remembered of one object."""
MOST_DEPTH = 20
MANY_NAMES = 20
FEW_NAMES = 4
"""Fields from which an object may be one whose names are data (pieces by product), if no field is always there: of few,
each has to have a digit.
"""


@dataclass
class Shape:
    """What was seen at one place."""

    seen: int = 0
    """How often there was a value."""
    types: dict[str, int] = field(default_factory=dict)
    classes: set[str] = field(default_factory=set)
    """Classes of sensitive data, such as `pii:email`."""
    format: str | None = None
    """Of all strings so far; empty if they have none or differ, None if there was no string yet."""
    fields: dict[str, Shape] = field(default_factory=dict)
    items: Shape | None = None
    """Of a list's elements."""
    cut: bool = False
    """Whether there was more than was looked at."""

    @property
    def required(self) -> set[str]:
        """Names of the fields that every object had."""
        objects = self.types.get("object", 0)
        return {name for name, shape in self.fields.items() if shape.seen >= objects}

    @property
    def names_are_data(self) -> bool:
        """Whether the object's names are data rather than fields."""
        names = self.fields
        if len(names) < FEW_NAMES or self.required:
            return False
        return len(names) >= MANY_NAMES or all(any(letter.isdigit() for letter in name) for name in names)

    def any_field(self) -> Shape:
        """What the values under all names have in common."""
        common = Shape()
        for shape in self.fields.values():
            merge(common, shape)
        return common

    def all_classes(self) -> set[str]:
        """The classes of this value and of all within."""
        found = set(self.classes)
        for shape in self.parts():
            found |= shape.all_classes()
        return found

    def parts(self) -> Iterator[Shape]:
        """What is straight within."""
        yield from self.fields.values()
        if self.items is not None:
            yield self.items


def learn(shape: Shape, encoded: Any, formats: dict[str, str], place: str = "", depth: int = 0) -> None:
    """Adds one encoded schema; what is none is left out.

    `formats` has formats of strings by place, as they are told beside the schema.
    """
    if not isinstance(encoded, list) or not encoded or depth > MOST_DEPTH:
        return
    kind, said = encoded[0], encoded[1] if len(encoded) > 1 and isinstance(encoded[1], dict) else {}
    shape.seen += 1
    shape.cut = shape.cut or said.get("truncated") is True
    if isinstance(kind, dict):
        _learn_object(shape, kind, formats, place, depth)
    elif isinstance(kind, list):
        _learn_list(shape, kind, formats, place, depth)
    else:
        _learn_scalar(shape, kind, said, formats.get(place, ""))


def _learn_object(shape: Shape, fields: dict[str, Any], formats: dict[str, str], place: str, depth: int) -> None:
    _count(shape, "object")
    for name, encoded in fields.items():
        if name not in shape.fields and len(shape.fields) >= MOST_FIELDS:
            shape.cut = True
            continue
        part = shape.fields.setdefault(str(name), Shape())
        learn(part, encoded, formats, f"{place}/{_escaped(name)}", depth + 1)


def _learn_list(shape: Shape, kinds: list[Any], formats: dict[str, str], place: str, depth: int) -> None:
    _count(shape, "array")
    for encoded in kinds:
        if shape.items is None:
            shape.items = Shape()
        learn(shape.items, encoded, formats, f"{place}/*", depth + 1)


def _learn_scalar(shape: Shape, kind: Any, said: dict[str, Any], format: str) -> None:
    name = TYPES.get(kind, "unknown") if isinstance(kind, int) else "unknown"
    _count(shape, name)
    if name == "string":
        shape.format = format if shape.format in (None, format) else ""
    if isinstance(said.get("category"), str) and isinstance(said.get("type"), str):
        shape.classes.add(f"{said['category']}:{said['type']}"[:80])


def _count(shape: Shape, name: str, times: int = 1) -> None:
    shape.types[name] = shape.types.get(name, 0) + times


def _escaped(name: str) -> str:
    """As in JSON pointers (RFC 6901)."""
    return str(name).replace("~", "~0").replace("/", "~1")


def merge(into: Shape, other: Shape) -> None:
    """Adds all that another shape knows."""
    into.seen += other.seen
    into.classes |= other.classes
    into.cut = into.cut or other.cut
    for name, times in other.types.items():
        _count(into, name, times)
    if other.format is not None:
        into.format = other.format if into.format in (None, other.format) else ""
    for name, shape in other.fields.items():
        merge(into.fields.setdefault(name, Shape()), shape)
    if other.items is not None:
        into.items = into.items or Shape()
        merge(into.items, other.items)


def as_json(shape: Shape) -> dict[str, Any]:
    """For storage."""
    told: dict[str, Any] = {"seen": shape.seen, "types": shape.types}
    if shape.classes:
        told["classes"] = sorted(shape.classes)
    if shape.format is not None:
        told["format"] = shape.format
    if shape.fields:
        told["fields"] = {name: as_json(part) for name, part in shape.fields.items()}
    if shape.items is not None:
        told["items"] = as_json(shape.items)
    if shape.cut:
        told["cut"] = True
    return told


def from_json(told: dict[str, Any]) -> Shape:
    """What `as_json` made."""
    return Shape(
        told["seen"],
        dict(told["types"]),
        set(told.get("classes", ())),
        told.get("format"),
        {name: from_json(part) for name, part in told.get("fields", {}).items()},
        from_json(told["items"]) if "items" in told else None,
        told.get("cut", False),
    )
