"""The merged shape of a value that was seen several times: types, formats, fields, classes of sensitive data."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from vedette.agent.inventory.room import Room

TYPES = {0: "unknown", 1: "null", 2: "boolean", 4: "integer", 8: "string", 16: "number"}
"""Types by their numbers in the encoded schema."""
MOST_FIELDS = 200
"""Fields that are remembered of one object."""
MOST_DEPTH = 20
MOST_NAME = 200
"""Characters of a field's name; a longer one is data, not a name."""
MOST_CLASSES = 20
"""Classes of sensitive data that are remembered of one value."""
MOST_FORMAT = 40
"""Characters of a format's name."""
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


@dataclass
class Lesson:
    """What comes with an encoded schema while it is learned."""

    formats: dict[str, str]
    """Formats of strings by place, as they are told beside the schema."""
    room: Room
    """How much more may be remembered."""


def learn(shape: Shape, encoded: Any, lesson: Lesson, place: str = "", depth: int = 0) -> None:
    """Adds one encoded schema; what is none is left out, and so is what there is no room for (which is counted)."""
    if not isinstance(encoded, list) or not encoded or depth > MOST_DEPTH:
        return
    kind, said = encoded[0], encoded[1] if len(encoded) > 1 and isinstance(encoded[1], dict) else {}
    shape.seen += 1
    shape.cut = shape.cut or said.get("truncated") is True
    if isinstance(kind, dict):
        _learn_object(shape, kind, lesson, place, depth)
    elif isinstance(kind, list):
        _learn_list(shape, kind, lesson, place, depth)
    else:
        _learn_scalar(shape, kind, said, lesson.formats.get(place, "")[:MOST_FORMAT])


def _learn_object(shape: Shape, fields: dict[str, Any], lesson: Lesson, place: str, depth: int) -> None:
    _count(shape, "object")
    for name, encoded in fields.items():
        part = shape.fields.get(name) or _new_field(shape, name, lesson.room)
        if part is not None:
            learn(part, encoded, lesson, f"{place}/{_escaped(name)}", depth + 1)


def _new_field(shape: Shape, name: str, room: Room) -> Shape | None:
    """A place for a field that was not met before; None if there is no room for it."""
    if len(name) > MOST_NAME or len(shape.fields) >= MOST_FIELDS or not room.take():
        room.left_out += 1
        shape.cut = True
        return None
    return shape.fields.setdefault(name, Shape())


def _learn_list(shape: Shape, kinds: list[Any], lesson: Lesson, place: str, depth: int) -> None:
    _count(shape, "array")
    if kinds and shape.items is None:
        if not lesson.room.take():
            lesson.room.left_out += 1
            shape.cut = True
            return
        shape.items = Shape()
    for encoded in kinds:
        learn(shape.items, encoded, lesson, f"{place}/*", depth + 1)  # type: ignore[arg-type]  # made above


def _learn_scalar(shape: Shape, kind: Any, said: dict[str, Any], format: str) -> None:
    name = TYPES.get(kind, "unknown") if isinstance(kind, int) else "unknown"
    _count(shape, name)
    if name == "string":
        shape.format = format if shape.format in (None, format) else ""
    if isinstance(said.get("category"), str) and isinstance(said.get("type"), str):
        told = f"{said['category']}:{said['type']}"[:80]
        if told in shape.classes or len(shape.classes) < MOST_CLASSES:
            shape.classes.add(told)


def _count(shape: Shape, name: str, times: int = 1) -> None:
    shape.types[name] = shape.types.get(name, 0) + times


def _escaped(name: str) -> str:
    """As in JSON pointers (RFC 6901)."""
    return name.replace("~", "~0").replace("/", "~1")


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


def from_json(told: dict[str, Any], room: Room) -> Shape:
    """What `as_json` made, as far as there is room for it."""
    fields = {name: from_json(part, room) for name, part in told.get("fields", {}).items() if room.take()}
    return Shape(
        told["seen"],
        dict(told["types"]),
        set(told.get("classes", ())),
        told.get("format"),
        fields,
        from_json(told["items"], room) if "items" in told and room.take() else None,
        told.get("cut", False),
    )
