"""The OpenAPI document of the JSON API (OpenAPI 3.1)."""

from __future__ import annotations

import re
from typing import Any

from vedette import _native
from vedette.agent.serve.endpoints import ALL, Endpoint
from vedette.agent.serve.schemas import COMPONENTS, Schema, named

SAYS = "What the embedded agent's pages are made of. Times are nanoseconds, ids hexadecimal."


def document() -> dict[str, Any]:
    """The whole document."""
    return {
        "openapi": "3.1.0",
        "info": {"title": "vedette agent", "version": _native.__version__, "description": SAYS},
        "paths": {endpoint.path: {"get": _operation(endpoint)} for endpoint in ALL},
        "components": {"schemas": COMPONENTS},
    }


def _operation(endpoint: Endpoint) -> dict[str, Any]:
    in_path = re.findall(r"{(\w+)}", endpoint.path)
    parameters = [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string"}, "description": "hexadecimal"}
        for name in in_path
    ]
    parameters += [
        {"name": each.name, "in": "query", "schema": each.schema, "description": each.says}
        for each in endpoint.parameters
    ]
    answers = {"200": _answer("The answer.", endpoint.schema)}
    if in_path:
        answers["404"] = _answer("There is no such thing here.", named("Error"))
    return {
        "operationId": endpoint.name,
        "summary": endpoint.says,
        "parameters": parameters,
        "responses": answers,
    }


def _answer(says: str, schema: Schema) -> dict[str, Any]:
    return {"description": says, "content": {"application/json": {"schema": schema}}}
