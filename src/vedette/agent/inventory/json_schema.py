"""Shapes as JSON Schema (draft 2020-12, which OpenAPI 3.1 uses)."""

from __future__ import annotations

from typing import Any

from vedette.agent.inventory.shape import Shape

SURE = 3
"""Objects that must have been seen before the fields that all of them had are called required."""
FORMATS = ("uuid", "date-time", "date", "email", "uri", "ipv4", "ipv6")


def json_schema(shape: Shape) -> dict[str, Any]:
    """The schema of a shape; classes of sensitive data are in `x-sensitive-data`."""
    schema: dict[str, Any] = {}
    types = types_of(shape)
    if types:
        schema["type"] = types[0] if len(types) == 1 else types
    if shape.format in FORMATS:
        schema["format"] = shape.format
    if shape.classes:
        schema["x-sensitive-data"] = sorted(shape.classes)
    if "object" in types:
        schema.update(_object(shape))
    if "array" in types:
        schema["items"] = json_schema(shape.items) if shape.items is not None else {}
    return schema


def types_of(shape: Shape) -> list[str]:
    """Names of the types, most frequent first, null last; whole numbers are numbers where both were seen."""
    known = [
        name for name in sorted(shape.types, key=lambda name: -shape.types[name]) if name not in ("unknown", "null")
    ]
    if "number" in known and "integer" in known:
        known.remove("integer")
    return [*known, "null"] if "null" in shape.types else known


def _object(shape: Shape) -> dict[str, Any]:
    if shape.names_are_data:
        return {"additionalProperties": json_schema(shape.any_field())}
    described: dict[str, Any] = {"properties": {name: json_schema(part) for name, part in shape.fields.items()}}
    required = sorted(shape.required) if shape.types.get("object", 0) >= SURE else []
    return {**described, "required": required} if required else described
