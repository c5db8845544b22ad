"""What a refused client gets: JSON or HTML, by what it accepts, what the user wrote, or another place to go."""

from __future__ import annotations

import uuid

from vedette.operations import Answer

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    Action = tuple[str, dict[str, Any]]
    """What is to be done, and its parameters as text."""

BLOCK = "block_request"
REDIRECT = "redirect_request"
DEFAULT_ACTION: Action = (BLOCK, {})


def action_of(status: int | None, location: str | None) -> Action:
    """The action of `block` by settings: a status of one's own, a place to go to; else the default."""
    if location:
        return REDIRECT, {"status_code": str(status or 303), "location": location}
    return (BLOCK, {"status_code": str(status)}) if status else DEFAULT_ACTION


_JSON = (
    '{"errors":[{"title":"You\'ve been blocked","detail":"Sorry, you cannot access this page. '
    'Please contact the customer service team."}],"security_response_id":"[security_response_id]"}'
)
_HTML = """<!DOCTYPE html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<title>You've been blocked</title>
<style>body{font-family:sans-serif;display:grid;place-content:center;min-height:100vh;margin:0;text-align:center}
small{color:#777}</style></head>
<body><main><h1>Sorry, you've been blocked</h1><p>Please contact the customer service team.</p>
<small>[security_response_id]</small></main></body>
</html>
"""


class Answers:
    """The two bodies, read once. `[security_response_id]` in them becomes the id that the finding carries too."""

    def __init__(self, json_path: str | None, html_path: str | None) -> None:
        self._json = _read(json_path, _JSON)
        self._html = _read(html_path, _HTML)

    def refusal(self, action: Action, accept: str | None) -> tuple[Answer, str]:
        """The answer of an action for a client that accepts these media types, and its id."""
        identity = str(uuid.uuid4())
        kind, parameters = action
        location = parameters.get("location")
        if kind == REDIRECT and location:
            target = location.replace("[security_response_id]", identity)
            status = _status(parameters, 303)
            return Answer(status if 300 <= status < 400 else 303, [("Location", target)], b""), identity
        if kind == REDIRECT:
            parameters = {}
        html = {"html": True, "json": False}.get(parameters.get("type", ""), prefers_html(accept or ""))
        body = (self._html if html else self._json).replace("[security_response_id]", identity)
        content_type = "text/html;charset=utf-8" if html else "application/json"
        encoded = body.encode("utf-8")
        headers = [("Content-Type", content_type), ("Content-Length", str(len(encoded)))]
        return Answer(_status(parameters, 403), headers, encoded), identity


def _status(parameters: dict[str, str], default: int) -> int:
    text = parameters.get("status_code", "")
    return int(text) if len(text) == 3 and text.isascii() and text.isdigit() and text >= "200" else default


def prefers_html(accept: str) -> bool:
    """Whether HTML is asked for before JSON (RFC 9110, section 12.5.1); JSON where nothing is asked for."""
    html, json = _quality(accept, "text/html"), _quality(accept, "application/json")
    return html > json


def _quality(accept: str, media_type: str) -> float:
    for item in accept.lower().split(","):
        name, _, parameters = item.partition(";")
        if name.strip() == media_type:
            return _weight(parameters)
    return 0.0


def _weight(parameters: str) -> float:
    for parameter in parameters.split(";"):
        name, _, value = parameter.partition("=")
        if name.strip() == "q":
            try:
                return float(value)
            except ValueError:
                return 0.0
    return 1.0


def _read(path: str | None, default: str) -> str:
    if not path:
        return default
    try:
        with open(path, encoding="utf-8") as file:
            return file.read()
    except (OSError, ValueError) as error:
        import logging  # only where there is something to say

        logging.getLogger("vedette").warning("the template %s can't be read: %s", path, error)
        return default
