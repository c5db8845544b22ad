"""What is instrumented, and why the rest is not."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from vedette.cli._doctor.finding import Finding, well
from vedette.cli._doctor.patient import Patient
from vedette.cli.integrations import Row, rows, tried
from vedette.integrations.load import load_integration


def check(patient: Patient) -> Iterator[Finding]:
    """In the command's processes, if there is a command; else in this environment."""
    if patient.reports:
        yield from _reported(patient.reports)
    elif patient.pid is None:
        yield from _installed()


def _reported(reports: list[dict[str, Any]]) -> Iterator[Finding]:
    seen: dict[str, None] = {}
    for report in reports:
        for finding in _of_process(report):
            key = f"{finding.code} {finding.text} {finding.reason}"
            if key not in seen:  # workers of one server say the same
                seen[key] = None
                yield finding


def _of_process(report: dict[str, Any]) -> Iterator[Finding]:
    for name, reason in sorted(report["refused"].items()):
        yield Finding("V201", "warning", f"{name} is left alone", reason)
    for name, library in report["libraries"].items():
        yield from _of_library(name, library)
    late = [name for name in _distributed(report) if set(load_integration(name).modules) & set(report["loaded_before"])]
    if late:
        yield Finding("V206", "note", f"imported before vedette was started: {', '.join(late)}")


def _of_library(name: str, library: dict[str, Any]) -> Iterator[Finding]:
    shown = f"{name} {library['version']}" if library["version"] else name
    if not library["on"]:
        reason = f"{library['failures']} errors"
        yield Finding("V205", "error", f"the integration of {shown} switched itself off", reason)
    elif library["missing"]:
        yield Finding("V202", "warning", f"{shown} is instrumented in part", "; ".join(library["missing"]))
    else:
        yield well(f"{shown} is instrumented in {_places(len(library['hooked']))}")


def _places(count: int) -> str:
    return "1 place" if count == 1 else f"{count} places"


def _distributed(report: dict[str, Any]) -> list[str]:
    """Integrations of libraries that do not come with Python, which has always loaded some of its own."""
    return [name for name in report["libraries"] if load_integration(name).distribution is not None]


def _installed() -> Iterator[Finding]:
    for row in tried([row for row in rows() if row.installed is not None]):
        yield _of_row(row)


def _of_row(row: Row) -> Finding:
    shown = f"{row.name} {row.installed}" if row.distribution else row.name
    told = {
        "below floor": ("V201", "warning", f"{shown} is left alone"),
        "incomplete": ("V202", "warning", f"{shown} is instrumented in part"),
        "off": ("V203", "note", f"{shown} is switched off"),
        "not automatic": ("V204", "note", f"{shown} is left to what lies above it"),
    }.get(row.status)
    if told is None:
        return well(f"{shown} is instrumented when it is imported")
    code, level, text = told
    return Finding(code, "note" if level == "note" else "warning", text, row.reason)
