"""What protection says of the same requests in the reference and in ours, as sentences about where they differ."""

from __future__ import annotations

import base64
import gzip
import json
from collections.abc import Iterator
from typing import Any

Span = dict[str, Any]
Finding = tuple[str, str, str]

PREFIXES = ("_dd.appsec.", "_dd.runtime", "appsec.", "http.request.headers.", "http.response.headers.")
NAMES = (
    "_dd.origin", "_dd.p.dm", "_dd.p.ts", "_sampling_priority_v1", "actor.ip", "network.client.ip", "http.client_ip",
    "http.status_code",
)  # fmt: skip
SCHEMAS = "_dd.appsec.s."
"""Begins tags with shapes of requests and responses: JSON, compressed."""
UNEQUAL = ("duration", "_dd.appsec.event_rules.", "_dd.appsec.waf.version", "_dd.appsec.json")
"""What is of the moment or of an engine; of the rest, the values are compared too."""


def served(spans: list[Span]) -> list[Span]:
    """The spans of the requests, in the order in which they came."""
    return sorted((span for span in spans if span["name"] == "flask.request"), key=lambda span: int(span["start"]))


def differences(names: list[str], theirs: list[Span], ours: list[Span]) -> Iterator[str]:
    """A sentence for each finding or tag that only one side has, by the names of the requests.

    Raises ValueError if either side did not tell of each request.
    """
    if not len(names) == len(theirs) == len(ours):
        raise ValueError(f"{len(names)} requests, {len(theirs)} spans of theirs, {len(ours)} of ours")
    for name, their, our in zip(names, theirs, ours):
        for finding in sorted(found(their) ^ found(our)):
            whose = "theirs" if finding in found(their) else "ours"
            yield f"{name}: {' '.join(filter(None, finding))} is {whose} alone"
        if bool(found(their)) == bool(found(our)):  # an attack has tags that other requests have not
            yield from _of_tags(name, tags(their), tags(our))


def found(span: Span) -> set[Finding]:
    """Class of attack, address and key path of each input that was found."""
    told = span["meta"].get("_dd.appsec.json")
    findings = json.loads(told) if told else span["structures"].get("appsec", {})
    return {
        (trigger["rule"]["tags"]["type"], *_input(parameter))
        for trigger in findings.get("triggers", [])
        for match in trigger["rule_matches"]
        for parameter in match["parameters"]
    }


def _input(parameter: dict[str, Any]) -> tuple[str, str]:
    """Of an exploit, the input and not the sink. The first of several values counts as the value itself."""
    place = parameter.get("params", parameter)
    path = [str(part) for part in place.get("key_path", ())]
    return str(place.get("address", "")), "/".join(path[:-1] if path[1:] and path[-1] == "0" else path)


def tags(span: Span) -> dict[str, Any]:
    """The tags that protection makes, or decides about."""
    every = {**span["meta"], **span["metrics"]}
    kept = {key: value for key, value in every.items() if key in NAMES or key.startswith(PREFIXES)}
    return {key: _comparable(key, value) for key, value in kept.items()}


def _comparable(key: str, value: Any) -> Any:
    if any(part in key for part in UNEQUAL):
        return None
    return json.loads(gzip.decompress(base64.b64decode(value))) if key.startswith(SCHEMAS) else value


def _of_tags(name: str, theirs: dict[str, Any], ours: dict[str, Any]) -> Iterator[str]:
    for key in sorted({*theirs, *ours}):
        if key not in ours or key not in theirs:
            yield f"{name}: {key} is {'theirs' if key in theirs else 'ours'} alone"
        elif theirs[key] != ours[key]:
            yield f"{name}: {key} is {ours[key]!r}, not {theirs[key]!r}"
