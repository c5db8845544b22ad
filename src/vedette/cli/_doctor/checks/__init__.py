"""One file per matter. Each has `check(patient)`, which yields findings, the ones that matter most first."""

from __future__ import annotations

from collections.abc import Iterator

from vedette.cli._doctor.checks import backend, files, launch, libraries, sampling, server, settings
from vedette.cli._doctor.finding import Finding
from vedette.cli._doctor.patient import Patient

CHECKS = (launch, libraries, settings, backend, server, sampling, files)


def examine(patient: Patient) -> Iterator[tuple[str, Finding]]:
    """All findings, each with the matter that it belongs to."""
    for matter in CHECKS:
        name = matter.__name__.rpartition(".")[2]
        for finding in matter.check(patient):
            yield name, finding
