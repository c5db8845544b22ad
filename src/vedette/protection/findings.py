"""What was found in one request, told on its span: in the Datadog form, and as span events."""

from __future__ import annotations

import json
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import FrameType
    from typing import Any

    from vedette._native import Span

    Finding = dict[str, Any]

_SENSITIVE = (
    "password", "passwd", "pwd", "secret", "token", "apikey", "api_key", "api-key", "authorization", "credential",
    "private_key", "access_key", "session",
)  # fmt: skip
_REDACTED = "<Redacted>"
_MOST = 50
"""Findings told per request; a scanner's request can match many rules."""


class Findings:
    """The findings of one request."""

    __slots__ = ("_keeps", "_triggers")

    def __init__(self, keeps: bool = True) -> None:
        self._keeps = keeps
        """Whether the trace is kept because of them, whatever the sampling says."""
        self._triggers: list[dict[str, Any]] = []

    def add(self, span: Span, found: list[tuple[Finding, bool]], response_id: str | None, at_sink: bool) -> None:
        """Tells on the request's span of findings and whether they block, and keeps the trace."""
        location = application_line() if at_sink else None
        for finding, blocks in found[: _MOST - len(self._triggers)]:
            told = redacted(finding)
            self._triggers.append(_trigger(span, told, blocks, response_id, location))
            span.add_event("security.finding", _event(told, blocks, response_id, location))
        span.set_attribute("_dd.appsec.json", json.dumps({"triggers": self._triggers}))
        span.set_attribute("appsec.event", "true")
        if response_id is not None:
            span.set_attribute("appsec.blocked", "true")
        if self._keeps:
            span.keep_for_security()


def redacted(finding: Finding) -> Finding:
    """A finding without secrets: the value of what is named like one, and within texts (a URI, a body that is no
    form) what follows such a name.
    """
    path = ".".join(str(key) for key in finding["key_path"]).lower()
    if any(word in path for word in _SENSITIVE):
        return {**finding, "value": _REDACTED, "highlight": [_REDACTED]}
    highlights = [_without_secrets(text) for text in finding["highlight"]]
    return {**finding, "value": _without_secrets(finding["value"]), "highlight": highlights}


def _without_secrets(text: str) -> str:
    lower = text.lower()
    if not any(word in lower for word in _SENSITIVE):
        return text
    import re  # only where there is something to hide

    names = "|".join(re.escape(word) for word in _SENSITIVE)
    return re.sub(rf"(?i)((?:{names})[\w-]*[\"']?(?:\s*[=:]\s*|%3d)[\"']?)[^\s&;,\"'}}]+", rf"\1{_REDACTED}", text)


def _trigger(
    span: Span, finding: Finding, blocked: bool, response_id: str | None, location: tuple[str, int, str] | None
) -> dict[str, Any]:
    parameter = {key: finding[key] for key in ("address", "key_path", "value", "highlight")}
    match = {"operator": finding["operator"], "operator_value": finding["operator_value"], "parameters": [parameter]}
    if "sink" in finding:
        match["sink"] = dict(zip(("address", "value"), finding["sink"]))
    trigger: dict[str, Any] = {
        "rule": {"id": finding["rule_id"], "name": finding["rule_name"], "tags": finding["tags"]},
        "rule_matches": [match],
        "span_id": span.span_id,
    }
    if finding["on_match"]:
        trigger["rule"]["on_match"] = finding["on_match"]
    if blocked:
        trigger["blocked"] = True
    if response_id:
        trigger["security_response_id"] = response_id
    if location:
        trigger["location"] = dict(zip(("file", "line", "function"), location))
    return trigger


def _event(
    finding: Finding, blocked: bool, response_id: str | None, location: tuple[str, int, str] | None
) -> dict[str, Any]:
    file, line, function = location or (None, None, None)
    return {
        "security.rule.id": finding["rule_id"],
        "security.rule.name": finding["rule_name"],
        "security.type": finding["tags"].get("type"),
        "security.input.address": finding["address"],
        "security.input.path": ".".join(str(key) for key in finding["key_path"]),
        "security.input.value": finding["value"],
        "security.input.matched": finding["highlight"],
        "security.sink.value": finding["sink"][1] if "sink" in finding else None,
        "security.blocked": blocked,
        "security.response_id": response_id,
        "code.file.path": file,
        "code.line.number": line,
        "code.function.name": function,
    }


def application_line() -> tuple[str, int, str] | None:
    """File, line and function of the application that is being run: the innermost frame that is no library's."""
    frame: FrameType | None = sys._getframe(1)
    while frame is not None:
        code = frame.f_code
        if not _is_library(code.co_filename):
            return code.co_filename, frame.f_lineno, code.co_name
        frame = frame.f_back
    return None


_HERE = __file__.rpartition("protection")[0]
_STDLIB = json.__file__.rpartition("json")[0]


def _is_library(file: str) -> bool:
    return "site-packages" in file or file.startswith((_HERE, _STDLIB, "<"))
