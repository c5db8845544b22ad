"""A value with what matched in it marked, and with nothing in it that can't be seen."""

from __future__ import annotations

import re
from typing import NamedTuple

LONGEST = 2_000
AROUND = 80
"""Characters kept before and after what matched, in short form."""
# Controls, and characters that turn or hide what stands around them.
UNSEEN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]")


class Part(NamedTuple):
    """A stretch of the value."""

    hit: bool
    text: str


def marked(value: str, matched: str, short: bool = False) -> list[Part]:
    """The value in parts; those that matched are hits. All one part if it matched only after decoding."""
    value = value[:LONGEST]
    at = value.lower().find(matched.lower()) if matched else -1
    if at < 0:
        text = value if not short else value[: AROUND * 2]
        return [Part(False, visible(text))] if text else []
    end = at + len(matched)
    before, after = value[:at], value[end:]
    if short:
        before = "…" + before[-AROUND:] if len(before) > AROUND else before
        after = after[:AROUND] + "…" if len(after) > AROUND else after
    parts = (Part(False, visible(before)), Part(True, visible(value[at:end])), Part(False, visible(after)))
    return [part for part in parts if part.text]


def visible(text: str) -> str:
    """Controls as their pictures, other unseen characters by their number."""
    return UNSEEN.sub(lambda match: _picture(ord(match.group())), text)


def _picture(number: int) -> str:
    if number < 0x20:
        return chr(0x2400 + number)
    return "\u2421" if number == 0x7F else f"[U+{number:04X}]"
