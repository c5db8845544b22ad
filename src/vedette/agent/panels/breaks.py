"""Where long names may go on in the next line."""

from __future__ import annotations

from markupsafe import Markup, escape


def breakable(name: str) -> Markup:
    """The name, escaped, with a place to break after each dot, slash and underscore rather than in a word."""
    text = str(escape(name))
    for mark in "./_":
        text = text.replace(mark, f"{mark}<wbr>")
    return Markup(text)
