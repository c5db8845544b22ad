"""Which lines of the application led here. Asked only when something was found."""

from __future__ import annotations

import json
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import CodeType, FrameType
    from typing import Any

    Place = tuple[str, int, str]
    """File, line and function."""

_HERE = __file__.rpartition("protection")[0]
_DEMO = _HERE + "demo"
"""An application like others, though it comes with vedette."""
_STDLIB = json.__file__.rpartition("json")[0]
_TOP_SHARE = 0.75
"""Of a stack that is too deep, the share of frames that is kept from its innermost end."""
_LOOKED_AT = 1_000
"""Frames that are looked at: a recursion may be deep."""


def application_stack(depth: int) -> list[Place]:
    """The application's frames, innermost first, at most `depth` of them (0: all that are looked at).

    Libraries' frames are left out; where there are no others (a framework's own handler), theirs are told.
    """
    own, all_of_them = [], []
    frame: FrameType | None = sys._getframe(1)
    looked_at = 0
    while frame is not None and looked_at < _LOOKED_AT:
        code = frame.f_code
        place = (code.co_filename, frame.f_lineno, _name(code))
        if not is_library(code.co_filename):
            own.append(place)
        elif not place[0].startswith(_HERE):
            all_of_them.append(place)
        frame, looked_at = frame.f_back, looked_at + 1
    return _within(own or all_of_them, depth)


def _name(code: CodeType) -> str:
    return getattr(code, "co_qualname", code.co_name)  # from Python 3.11 on


def _within(places: list[Place], depth: int) -> list[Place]:
    if not depth or len(places) <= depth:
        return places
    top = max(int(depth * _TOP_SHARE), 1)
    return places[:top] + (places[-(depth - top) :] if depth > top else [])


def is_library(file: str) -> bool:
    """Whether a file is no part of the application: vedette, the standard library, an installed package."""
    if file.startswith(_DEMO):
        return False
    return "site-packages" in file or "dist-packages" in file or file.startswith((_HERE, _STDLIB, "<"))


def structure(places: list[Place], identity: str, message: str) -> dict[str, Any]:
    """A stack in the form of Datadog's `_dd.stack`."""
    frames = [
        {"id": at, "file": file, "line": line, "function": function, "text": f'File "{file}", line {line}'}
        for at, (file, line, function) in enumerate(places)
    ]
    return {"id": identity, "language": "python", "message": message, "frames": frames}


def as_text(places: list[Place]) -> str:
    """A stack as Python writes it, most recent call last (OpenTelemetry's `code.stacktrace`)."""
    lines = [f'  File "{file}", line {line}, in {function}' for file, line, function in reversed(places)]
    return "\n".join(["Traceback (most recent call last):", *lines]) if lines else ""
