"""Route templates, as the frameworks spell them, as paths of OpenAPI: `/users/<int:id>` is `/users/{id}`.

Understood are `<name>`, `<converter:name>` (Flask, Django, Werkzeug) and `<name:filter>` (Bottle, Sanic), `{name}`,
`{name:convertor}` (Starlette, Falcon, Pyramid, aiohttp with its regular expressions), `:name` (Bottle of old, Pylons),
and regular expressions with groups (Django, Tornado). Anything else stays as it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

TYPES = {"int": "integer", "int_id": "string", "float": "number", "number": "number", "bool": "boolean"}
FORMATS = {"uuid": "uuid", "date": "date", "ymd": "date", "dt": "date-time"}
CONVERTERS = {
    *TYPES, *FORMATS, "str", "string", "strorempty", "path", "slug", "any", "alpha", "re", "regex", "default", "hex",
    "hex_id", "ext", "list",
}  # fmt: skip
PLACEHOLDER = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]*")
ESCAPED = re.compile(r"\\([^A-Za-z0-9])")
PAIRS = {"<": ">", "{": "}", "(": ")"}


class Parameter(NamedTuple):
    """A part of a path that stands for a value."""

    name: str
    type: str
    format: str


class Template(NamedTuple):
    """A path of OpenAPI."""

    path: str
    parameters: tuple[Parameter, ...]

    @property
    def form(self) -> str:
        """The path whatever its parameters are called: OpenAPI knows no two paths of the same form."""
        return re.sub(r"\{[^}]*\}", "{}", self.path)


def template(route: str) -> Template:
    """The path for a route."""
    parameters: list[Parameter] = []
    path = "".join(_pieces(_without_anchors(route), parameters))
    return Template(path if path.startswith("/") else f"/{path}", tuple(parameters))


def _without_anchors(route: str) -> str:
    for begin in ("/^", "^"):
        if route.startswith(begin):
            route = "/" + route[len(begin) :].lstrip("/")
    return route[:-1] if route.endswith("$") else route[:-2] if route.endswith("\\Z") else route


def _pieces(route: str, parameters: list[Parameter]) -> Iterator[str]:
    """Text and parameters, one after the other."""
    at, text = 0, ""
    while at < len(route):
        letter = route[at]
        end = _end(route, at) if letter in PAIRS else -1
        colon = PLACEHOLDER.match(route, at + 1) if letter == ":" and (at == 0 or route[at - 1] == "/") else None
        if end > 0:
            found = _parameter(letter, route[at + 1 : end], len(parameters))
            at = end + 1
        elif colon:
            found, at = Parameter(colon.group(), "string", ""), colon.end()
        else:
            text, at = text + letter, at + 1
            continue
        yield _plain(text)
        text = ""
        found = found._replace(name=_unused(found.name, parameters))
        parameters.append(found)
        yield f"{{{found.name}}}"
    yield _plain(text)


def _end(route: str, start: int) -> int:
    """Where a bracket is closed; -1 if it is not."""
    opening, closing, depth, at = route[start], PAIRS[route[start]], 0, start
    while at < len(route):
        if route[at] == "\\":
            at += 1
        elif route[at] == opening:
            depth += 1
        elif route[at] == closing:
            depth -= 1
            if depth == 0:
                return at
        at += 1
    return -1


def _parameter(bracket: str, inner: str, before: int) -> Parameter:
    if bracket == "(":
        named = re.match(r"\?P<([^>]+)>", inner)
        return Parameter(_name(named.group(1) if named else "", before), "string", "")
    first, _, second = inner.partition(":")
    kind = first.partition("(")[0]
    if bracket == "{" or (
        second and second.partition(":")[0].partition("(")[0] in CONVERTERS and kind not in CONVERTERS
    ):
        name, kind = first, second.partition(":")[0].partition("(")[0]
    elif second:
        name = second
    else:
        name, kind = first, ""
    return Parameter(_name(name, before), TYPES.get(kind, "string"), FORMATS.get(kind, ""))


def _name(text: str, before: int) -> str:
    found = PLACEHOLDER.match(text.strip("*% "))
    return found.group() if found and found.group() != "param" else f"param{before + 1}"


def _unused(name: str, parameters: list[Parameter]) -> str:
    known = {parameter.name for parameter in parameters}
    while name in known:
        name += "_"
    return name


def _plain(text: str) -> str:
    """Text of a template: what is escaped there (regular expressions) is itself; braces would be parameters."""
    return ESCAPED.sub(r"\1", text).replace("{", "%7B").replace("}", "%7D").replace("?", "").replace("#", "%23")
