"""Findings as SARIF 2.1.0, the form in which security tools exchange results
(https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html).

Findings that are the same (rule, place in the application or route, input) are one result with a count. Places are
files below the root that was given, by relative paths; where only the request is known, its route is a logical
location.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from vedette import _native
from vedette.cli._found import Found, Frame

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
EXPLOIT = "vulnerability_trigger"
_ROOT = "SRCROOT"
_TRACES = 10
"""Traces named by one result."""


def sarif(findings: Iterable[Found], root: Path) -> dict[str, Any]:
    """The document. `root` is the folder that paths are told relative to."""
    grouped: dict[str, list[Found]] = {}
    for finding in findings:
        grouped.setdefault(fingerprint(finding, root), []).append(finding)
    rules = {group[0].rule: group[0] for group in grouped.values()}
    positions = {rule: at for at, rule in enumerate(rules)}
    weaknesses = sorted({finding.cwe for finding in rules.values() if finding.cwe})
    run: dict[str, Any] = {
        "tool": {"driver": _driver([_rule(finding) for finding in rules.values()])},
        "columnKind": "unicodeCodePoints",
        "originalUriBaseIds": {_ROOT: {"uri": root.resolve().as_uri() + "/"}},
        "results": [_result(mark, group, positions, root) for mark, group in grouped.items()],
    }
    if weaknesses:
        run["taxonomies"] = [_taxonomy(weaknesses)]
    return {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}


def fingerprint(finding: Found, root: Path) -> str:
    """The same for findings that are the same thing seen again, whatever line the code has moved to."""
    frame = finding.frames[0] if finding.frames else None
    where = (_relative(frame.file, root), frame.function) if frame else (_route(finding), "")
    parts = (finding.rule, finding.service, *where, finding.address, finding.path, finding.sink)
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:32]


def _driver(rules: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "name": "vedette",
        "semanticVersion": _native.__version__,
        "rules": rules,
        "supportedTaxonomies": [{"name": "CWE"}],
    }


def _rule(finding: Found) -> dict[str, Any]:
    explained = finding.explanation or finding.name
    tags = ["security", *([f"external/cwe/cwe-{int(finding.cwe):03}"] if finding.cwe.isdigit() else [])]
    rule: dict[str, Any] = {
        "id": finding.rule,
        "name": finding.name,
        "shortDescription": {"text": finding.name},
        "fullDescription": {"text": explained},
        "defaultConfiguration": {"level": _level(finding)},
        "properties": {
            "tags": tags,
            "security-severity": "9.0" if finding.category == EXPLOIT else "4.0",
            **({"type": finding.type} if finding.type else {}),
        },
    }
    if finding.cwe:
        target = {"id": finding.cwe, "toolComponent": {"name": "CWE"}}
        rule["relationships"] = [{"target": target, "kinds": ["superset"]}]
    return rule


def _level(finding: Found) -> str:
    return "error" if finding.category == EXPLOIT else "warning"


def _result(mark: str, group: list[Found], positions: dict[str, int], root: Path) -> dict[str, Any]:
    first = group[0]
    blocked = sum(finding.blocked for finding in group)
    result: dict[str, Any] = {
        "ruleId": first.rule,
        "ruleIndex": positions[first.rule],
        "level": _level(first),
        "message": {"text": _sentence(first, len(group), blocked)},
        "locations": [_location(first, root)],
        "partialFingerprints": {"vedette/v1": mark},
        "occurrenceCount": len(group),
        "provenance": _provenance(group),
        "properties": _properties(group, blocked),
    }
    if len(first.frames) > 1:
        result["stacks"] = [{"frames": [{"location": _physical(frame, root)} for frame in first.frames]}]
    if first.request.get("target") or first.request.get("method"):
        result["webRequest"] = {key: first.request[key] for key in ("method", "target") if first.request.get(key)}
    return result


def _sentence(finding: Found, count: int, blocked: int) -> str:
    place = " / ".join(part for part in (finding.address, finding.path) if part)
    reached = f" reached {finding.sink}" if finding.sink else ""
    done = "blocked" if blocked == count else f"{blocked} of {count} blocked" if blocked else "not blocked"
    return f"{finding.name}: {place or 'the request'}{reached}; seen {count} times, {done}."


def _location(finding: Found, root: Path) -> dict[str, Any]:
    location = _physical(finding.frames[0], root) if finding.frames else {}
    route = _route(finding)
    if route:
        named = {"fullyQualifiedName": route, "kind": "resource"}
        location["logicalLocations"] = [*location.get("logicalLocations", ()), named]
    return location or {"message": {"text": f"a request to {finding.service or 'the application'}"}}


def _physical(frame: Frame, root: Path) -> dict[str, Any]:
    path = _relative(frame.file, root)
    artifact: dict[str, Any] = {"uri": _uri(path)}
    if not os.path.isabs(path):
        artifact["uriBaseId"] = _ROOT
    physical: dict[str, Any] = {"artifactLocation": artifact}
    if frame.line > 0:
        physical["region"] = {"startLine": frame.line}
    location: dict[str, Any] = {"physicalLocation": physical}
    if frame.function:
        location["logicalLocations"] = [{"fullyQualifiedName": frame.function, "kind": "function"}]
    return location


def _relative(file: str, root: Path) -> str:
    try:
        return Path(file).resolve().relative_to(root.resolve()).as_posix()
    except (ValueError, OSError):
        return file


def _uri(path: str) -> str:
    from urllib.parse import quote  # what the rest of the command can do without

    return ("file://" if path.startswith("/") else "") + quote(path)


def _route(finding: Found) -> str:
    method, route = finding.request.get("method", ""), finding.request.get("route", "")
    return f"{method} {route}".strip()


def _provenance(group: list[Found]) -> dict[str, str]:
    times = sorted(finding.time for finding in group if finding.time > 0)
    if not times:
        return {}
    return {"firstDetectionTimeUtc": _utc(times[0]), "lastDetectionTimeUtc": _utc(times[-1])}


def _utc(nanoseconds: int) -> str:
    try:
        moment = datetime.fromtimestamp(nanoseconds / 1e9, timezone.utc)
    except (ValueError, OverflowError, OSError):  # a sender's clock may say anything
        moment = datetime.fromtimestamp(0, timezone.utc)
    return moment.strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"


def _properties(group: list[Found], blocked: int) -> dict[str, Any]:
    first = group[0]
    told = {
        "service": first.service,
        "input": first.address,
        "inputPath": first.path,
        "value": first.value,
        "matched": list(first.matched),
        "sink": first.sink,
        "sinkValue": first.sink_value,
        "blocked": blocked,
        "traces": list(dict.fromkeys(finding.trace for finding in group if finding.trace))[:_TRACES],
    }
    return {name: value for name, value in told.items() if value not in ("", [])}


def _taxonomy(weaknesses: list[str]) -> dict[str, Any]:
    return {
        "name": "CWE",
        "organization": "MITRE",
        "shortDescription": {"text": "The MITRE Common Weakness Enumeration"},
        "informationUri": "https://cwe.mitre.org/",
        "taxa": [
            {"id": number, "helpUri": f"https://cwe.mitre.org/data/definitions/{number}.html"}
            for number in weaknesses
            if number.isdigit()
        ],
    }
