"""What a refused client gets: JSON or HTML, by what it accepts, or what the user wrote."""

from __future__ import annotations

import uuid

from vedette.operations import Answer

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

    def refusal(self, accept: str | None) -> tuple[Answer, str]:
        """The answer for a client that accepts these media types, and its id."""
        identity = str(uuid.uuid4())
        html = prefers_html(accept or "")
        body = (self._html if html else self._json).replace("[security_response_id]", identity)
        content_type = "text/html;charset=utf-8" if html else "application/json"
        encoded = body.encode("utf-8")
        headers = [("Content-Type", content_type), ("Content-Length", str(len(encoded)))]
        return Answer(403, headers, encoded), identity


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
