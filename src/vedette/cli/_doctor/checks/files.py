"""Files that are read at the start."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from vedette.cli._doctor.finding import Finding
from vedette.cli._doctor.patient import Patient

NAMES = ("vedette.toml", "pyproject.toml")


def check(patient: Patient) -> Iterator[Finding]:
    """Whether they can be read, by this user."""
    for path in (Path(patient.directory) / name for name in NAMES):
        if path.exists() and not os.access(path, os.R_OK):
            yield Finding("V701", "warning", f"{path} can't be read")
