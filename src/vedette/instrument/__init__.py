"""The engine: turns an integration's declaration into hooks, and takes them off again."""

from __future__ import annotations

from vedette._native import Call, CasedHeaders, RawHeaders, Span, Stream, enclosing, inject, url_parts
from vedette.instrument.integration import Around, Between, Integration, Setup, option, while_heard

__all__ = [
    "Around",
    "Between",
    "Call",
    "CasedHeaders",
    "Integration",
    "RawHeaders",
    "Setup",
    "Span",
    "Stream",
    "enclosing",
    "inject",
    "option",
    "url_parts",
    "while_heard",
]
