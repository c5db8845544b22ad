"""What went wrong in a span, in lines for the terminal: its error with the place in the application, its findings."""

from __future__ import annotations

from typing import Any

from vedette.agent.panels.findings import findings
from vedette.agent.panels.stack import frames

LONGEST = 300
"""Characters of a line."""


def notes(span: dict[str, Any]) -> list[str]:
    """A line for each thing; none for a span in which nothing did. Texts may hold anything: they come from requests."""
    found = _findings(span) if span["attack"] else []
    failed = _failure(span) if span["error"] and not span["attack"] else []
    return [text[:LONGEST] for text in found + failed]


def _findings(span: dict[str, Any]) -> list[str]:
    said = []
    for finding in findings(span):
        match = next(iter(finding["matches"]), None)
        what = "blocked" if finding["blocked"] else "let through"
        said.append(f"{finding['name']} ({what})" + (f" in {match['where']}: {match['value']}" if match else ""))
    return said


def _failure(span: dict[str, Any]) -> list[str]:
    failure = span["failure"] or {}
    text = ": ".join(str(failure[part]) for part in ("type", "message") if failure.get(part))
    own = [frame for frame in frames(str(failure.get("stack") or "")) if frame.file and not frame.library]
    place = [f"{own[-1].file}:{own[-1].line}  {own[-1].code}".rstrip()] if own else []
    return ([" ".join(text.split())] if text else []) + place
