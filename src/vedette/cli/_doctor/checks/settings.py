"""What stands in the configuration and has no effect, or not the one meant."""

from __future__ import annotations

from collections.abc import Iterator

from vedette.cli._doctor.finding import Finding, well
from vedette.cli._doctor.patient import Patient
from vedette.settings import Settings
from vedette.settings.masking import masked
from vedette.settings.options import OPTIONS


def check(patient: Patient) -> Iterator[Finding]:
    """Unknown names, values that can't be used, contradictions, and the service's name."""
    settings = patient.settings
    for problem in settings.problems:
        code = "V301" if problem.kind == "unknown" else "V302"
        yield Finding(code, "warning", str(problem))
    yield from _contradictions(settings)
    if settings.service is None:
        guessed = sorted({report["service"] for report in patient.reports})
        yield Finding("V304", "note", "no service is named", f"guessed: {', '.join(guessed)}" if guessed else "")
    else:
        yield well(f"service {settings.service}, by {settings.origin('service').key}")


def _contradictions(settings: Settings) -> Iterator[Finding]:
    for option in OPTIONS.values():
        *_, second, first = [None, *settings.all_origins(option.name)]
        if second is None or first is None or second.source in ("default", "calculated"):
            continue
        if second.value != first.value:
            told = f"{option.name}: {first.key} says {masked(option, first.value)}"
            yield Finding("V303", "note", told, f"{second.key} says {masked(option, second.value)}")
