"""Rows that tests make, as the decoder would."""

from __future__ import annotations

import itertools
import json
import time
from typing import Any

from vedette.agent.store import SpanRow

NUMBERS = itertools.count(1)


def row(**given: Any) -> SpanRow:
    """A span with plausible values; dicts and lists become JSON."""
    number = next(NUMBERS)
    values: dict[str, Any] = {
        "trace_id": f"{number:032x}",
        "span_id": number,
        "parent_id": 0,
        "service": "shop",
        "env": "",
        "version": "",
        "name": "flask.request",
        "resource": "GET /users/<id>",
        "type": "web",
        "kind": "server",
        "start": time.time_ns(),
        "duration": 12_000_000,
        "error": False,
        "status": "200",
        "attack": False,
        "blocked": False,
        "attributes": {"http.route": "/users/<id>"},
        "events": "",
        "links": "",
        "failure": "",
        "structures": "",
        "process": {"service.name": "shop"},
    }
    values.update(given)
    values["trace_id"] = values["trace_id"].rjust(32, "0")
    return SpanRow(**{k: json.dumps(v) if isinstance(v, (dict, list)) else v for k, v in values.items()})
