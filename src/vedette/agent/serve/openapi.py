"""The OpenAPI document of the JSON API (OpenAPI 3.1)."""

from __future__ import annotations

import re
from typing import Any

from vedette import _native
from vedette.agent.serve import endpoints, operations
from vedette.agent.serve.endpoints import Endpoint, Parameter
from vedette.agent.serve.operations import Operation
from vedette.agent.serve.schemas import COMPONENTS, TEXT, Schema, named

SAYS = "What the embedded agent's pages are made of. Times are nanoseconds, ids hexadecimal."
REFUSALS = {
    "400": "It can't be read, or makes no sense.",
    "403": "The token is missing or wrong.",
    "404": "There is no such thing here.",
    "413": "It is too large.",
    "429": "More waits to be stored than may; try again.",
    "503": "It can't be kept now; try again.",
}


def document() -> dict[str, Any]:
    """The whole document."""
    paths: dict[str, dict[str, Any]] = {}
    for one in (*map(_question, endpoints.ALL), *operations.ALL):
        paths.setdefault(one.path, {})[one.method] = _described(one)
    return {
        "openapi": "3.1.0",
        "info": {"title": "vedette agent", "version": _native.__version__, "description": SAYS},
        "paths": paths,
        "components": {"schemas": COMPONENTS},
    }


def _question(endpoint: Endpoint) -> Operation:
    refuses = ("404",) if "{" in endpoint.path else ()
    return Operation(
        endpoint.path, endpoint.name, endpoint.says, endpoint.schema, parameters=endpoint.parameters, refuses=refuses
    )


def _described(operation: Operation) -> dict[str, Any]:
    answers = {"200": _content("The answer.", operation.schema, operation.gives)}
    answers.update({status: _refusal(status) for status in operation.refuses})
    described = {
        "operationId": operation.name,
        "summary": operation.says,
        "parameters": [*map(_in_path, re.findall(r"{(\w+)}", operation.path)), *map(_in_query, operation.parameters)],
        "responses": answers,
    }
    body = {"required": True, "content": {operation.takes: {}}}
    return {**described, "requestBody": body} if operation.takes else described


def _in_path(name: str) -> dict[str, Any]:
    schema = {"type": "integer" if name == "number" else "string"}
    says = "hexadecimal" if name == "trace_id" else "as listed"
    return {"name": name, "in": "path", "required": True, "schema": schema, "description": says}


def _in_query(parameter: Parameter) -> dict[str, Any]:
    return {"name": parameter.name, "in": "query", "schema": parameter.schema, "description": parameter.says}


def _refusal(status: str) -> dict[str, Any]:
    """Whoever has no token is refused before anybody knows what he wants, and so in plain text."""
    return _content(REFUSALS[status], *((TEXT, "text/plain") if status == "403" else (named("Error"),)))


def _content(says: str, schema: Schema, kind: str = "application/json") -> dict[str, Any]:
    return {"description": says, "content": {kind: {"schema": schema}}}
