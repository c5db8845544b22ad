"""A request as a command to repeat it. What spans say is hostile: it must not become more than one command."""

from __future__ import annotations

import re
import shlex
from typing import Any
from urllib.parse import urlencode

from vedette.agent.query.statements import Row

CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
GLOB = re.compile(r"[\[\]{}]")
METHOD = re.compile(r"[A-Za-z]{1,20}")
PREFIXES = ("http.request.header.", "http.request.headers.")
"""OpenTelemetry's name for a header that is recorded, and Datadog's."""
LONGEST = 8_000
UNWANTED = frozenset(("host", "content-length", "connection", "transfer-encoding", "accept-encoding"))
"""Headers that curl makes itself."""


def curl(span: Row, findings: list[dict[str, Any]] | None = None) -> str:
    """The command that repeats the request of a span (as a server or as a client); empty if it tells none.

    Bodies are not stored: of a body, only what findings quote of it is sent.
    """
    said = span["attributes"]
    method, url = str(said.get("http.request.method", "")), str(said.get("url.full", ""))
    if not METHOD.fullmatch(method) or not url.startswith(("http://", "https://")):
        return ""
    # Without -g, brackets in an address make many requests of one.
    parts = ["curl", "-i"] + (["-g"] if GLOB.search(url) else []) + ([] if method == "GET" else ["-X", method])
    for name, value in _headers(said, findings or []).items():
        parts += ["-H", f"{name}: {value}"]
    body = _body(findings or [])
    parts += ["--data-raw", body] if body else []  # --data would send the file that an @ names
    return " ".join(quoted(part) for part in [*parts, url[:LONGEST]])


def _headers(said: Row, findings: list[dict[str, Any]]) -> dict[str, str]:
    headers = {}
    for name, value in said.items():
        if name.startswith(PREFIXES):
            header = name[len(next(prefix for prefix in PREFIXES if name.startswith(prefix))) :]
            headers[header] = ", ".join(map(str, value)) if isinstance(value, list) else str(value)
    if said.get("user_agent.original"):
        headers["user-agent"] = str(said["user_agent.original"])
    for address, key, value in _quoted(findings, "headers"):
        headers[key or address] = value
    cookies = "; ".join(f"{key}={value}" for _, key, value in _quoted(findings, "cookies"))
    if cookies:
        headers["cookie"] = cookies
    return {name: value for name, value in headers.items() if name.lower() not in UNWANTED}


def _body(findings: list[dict[str, Any]]) -> str:
    found = {key: value for _, key, value in _quoted(findings, "body")}
    return urlencode(found) if all(found) else next(iter(found.values()), "")


def _quoted(findings: list[dict[str, Any]], place: str) -> list[tuple[str, str, str]]:
    """Inputs of the findings that came from this part of the request: address, key, value."""
    found = []
    for finding in findings:
        for match in finding["matches"]:
            address, _, path = str(match["address"]).partition(" / ")
            if f"request.{place}" in address:
                found.append((address, path.split(" / ")[0], str(match["value"])))
    return found


def quoted(text: str) -> str:
    """One word of a shell, whatever is in it; control characters (line ends, terminal codes) are spelled out."""
    if not CONTROLS.search(text):
        return shlex.quote(text)
    escaped = text.replace("\\", "\\\\").replace("'", "\\'")
    return "$'" + CONTROLS.sub(lambda match: _spelled(match.group()), escaped) + "'"


def _spelled(character: str) -> str:
    number = ord(character)
    return f"\\x{number:02x}" if number < 0x80 else f"\\u{number:04x}"
