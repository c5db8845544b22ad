"""Values from addresses: what is not usable counts as not given."""

from __future__ import annotations

import re

from starlette.requests import Request

HEX_TRACE = re.compile(r"[0-9a-fA-F]{1,32}")
HEX_SPAN = re.compile(r"[0-9a-fA-F]{1,16}")
DIGITS = re.compile(r"[0-9]{1,19}")


def number(request: Request, name: str) -> int | None:
    """A whole number from the query string."""
    text = request.query_params.get(name, "")
    return int(text) if DIGITS.fullmatch(text) else None


def trace_id(request: Request) -> str:
    """The trace id of the path as 32 hex digits; empty if it is none."""
    text = str(request.path_params.get("trace_id", ""))
    return text.lower().rjust(32, "0") if HEX_TRACE.fullmatch(text) else ""


def span_id(text: str) -> int | None:
    """A span id in hex."""
    return int(text, 16) if HEX_SPAN.fullmatch(text) else None
