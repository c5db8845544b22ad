"""Whether vedette is in the process at all."""

from __future__ import annotations

from collections.abc import Iterator

from vedette.cli._doctor.finding import Finding, well
from vedette.cli._doctor.patient import Patient


def check(patient: Patient) -> Iterator[Finding]:
    """The native module, the launch, and other tracers."""
    yield from _native_module()
    if not patient.settings.enabled:
        origin = patient.settings.origin("enabled")
        yield Finding("V102", "warning", "vedette is switched off", f"by {origin.key or origin.source}")
    elif patient.pid is not None:
        yield from _process(patient)
    elif patient.command:
        yield from _command(patient)
    yield from _other_tracers(patient)


def _native_module() -> Iterator[Finding]:
    try:
        from vedette import _native  # that it loads is the question
    except ImportError as error:
        yield Finding("V101", "error", "the native module can't be loaded", str(error))
    else:
        yield well(f"vedette {_native.__version__} and its native module are there")


def _process(patient: Patient) -> Iterator[Finding]:
    if patient.native_loaded:
        yield well("vedette is loaded in the process")
        if "vedette-sender" not in patient.threads:
            yield Finding("V104", "note", "the process has sent nothing yet: its sender has not been started")
    else:
        launched = "VEDETTE_LAUNCHED" in patient.environ
        reason = "its environment has what vedette run sets, but it is no Python that reads it" if launched else ""
        yield Finding("V103", "error", "vedette is not in the process", reason)


def _command(patient: Patient) -> Iterator[Finding]:
    if patient.exit_code:
        yield Finding("V801", "error", f"the command ended with exit code {patient.exit_code}")
    if patient.reports:
        yield well(f"vedette was at work in {_processes(len(patient.reports))} of the command")
    else:
        yield Finding("V802", "error", "no Python process of the command told of itself")


def _processes(count: int) -> str:
    return "1 process" if count == 1 else f"{count} processes"


def _other_tracers(patient: Patient) -> Iterator[Finding]:
    for name in sorted({name for report in patient.reports for name in report["other_tracers"]}):
        yield Finding("V105", "warning", f"{name} is loaded in the same process")
