"""One thing that the doctor found, and the catalogue of what there is to find."""

from __future__ import annotations

from typing import Literal, NamedTuple

Level = Literal["ok", "note", "warning", "error"]
DOCS = "https://github.com/vedette-apm/vedette/blob/main/docs/generated/troubleshooting.md"


class Diagnosis(NamedTuple):
    """What a code stands for. Codes are never given to something else."""

    title: str
    advice: str
    """What to do about it; a sentence or two for the troubleshooting page and the command alike."""


CATALOGUE: dict[str, Diagnosis] = {
    # 1: Python and vedette itself
    "V101": Diagnosis(
        "The native module can't be loaded",
        "Nothing is traced. Install the wheel for this Python and platform again (`pip install --force-reinstall "
        "vedette`); in a subinterpreter there is no way.",
    ),
    "V102": Diagnosis("vedette is switched off", "Take `VEDETTE_ENABLED=false` (or `DD_TRACE_ENABLED=false`) away."),
    "V103": Diagnosis(
        "The process was not started under vedette",
        "Start it by `vedette run COMMAND`, or `import vedette.auto` as the first import of the program. Programs that "
        "are started with `python -I` or `-S`, or with an emptied environment, never see what `vedette run` set.",
    ),
    "V104": Diagnosis(
        "The process runs, and vedette has sent nothing from it yet",
        "The sender starts with the first finished trace: ask the application something, then look again.",
    ),
    "V105": Diagnosis(
        "Another tracer works in the same process",
        "Both would hook the same functions, and each request would be paid for twice: take one of them away.",
    ),
    # 2: libraries
    "V201": Diagnosis(
        "A library is older than what is supported",
        "It is left alone. Update it, or describe its work with `vedette.tracer.span()`.",
    ),
    "V202": Diagnosis(
        "A library is instrumented in part",
        "Its version lacks functions that are hooked elsewhere. If it is listed as tested, please report it.",
    ),
    "V203": Diagnosis("A library is switched off by a setting", "Take the setting away if that is not meant."),
    "V204": Diagnosis(
        "A library is instrumented only where it is asked for",
        "Most of these are told by what lies above them. Set `VEDETTE_<NAME>_ENABLED=true` for spans of their own.",
    ),
    "V205": Diagnosis(
        "An integration switched itself off after errors",
        "Please report the first error, which the log has told. The application is not concerned.",
    ),
    "V206": Diagnosis(
        "Something was imported before vedette was started",
        "It is instrumented all the same. Objects that were made before that moment (connections, for instance) are "
        "not: start vedette first.",
    ),
    # 3: settings
    "V301": Diagnosis("A setting is unknown", "It has no effect. `vedette config --all` lists what there is."),
    "V302": Diagnosis("A setting has a value that can't be used", "The default is in effect in its place."),
    "V303": Diagnosis("A setting is told twice, differently", "The first of the two counts; take the other one away."),
    "V304": Diagnosis("No service is named", "Set `VEDETTE_SERVICE`: it is guessed from the command otherwise."),
    # 4: the backend
    "V401": Diagnosis(
        "Nobody answers at the backend's address",
        "Start an agent (`vedette agent`), or set `VEDETTE_AGENT_URL` or `OTEL_EXPORTER_OTLP_ENDPOINT` to where one "
        "is. In a container, `localhost` is the container itself.",
    ),
    "V402": Diagnosis(
        "Something else answers at the backend's address", "Look at the address: it is no agent and no OTLP receiver."
    ),
    "V403": Diagnosis("The backend's socket can't be opened", "The process's user needs write permission on it."),
    "V404": Diagnosis("The backend is slow to answer", "Nothing waits for it, but spans are dropped if it stays so."),
    "V405": Diagnosis("Traces are sent to nobody", "`VEDETTE_EXPORTERS=none` is set."),
    "V406": Diagnosis(
        "This machine's clock and the backend's differ", "Traces of several hosts won't line up: use NTP."
    ),
    # 5: the process model
    "V501": Diagnosis(
        "Threads are missing",
        "uWSGI without `--enable-threads` runs no thread but its own: traces leave only at the end of a process. Add "
        "the option (or `--threads N`).",
    ),
    "V502": Diagnosis(
        "The server ends its workers without their end handlers",
        "What the last moments of a worker told may be lost. Take `--skip-atexit` away.",
    ),
    "V503": Diagnosis(
        "The program starts Python with another environment",
        "Variables do not reach it (`env -i`, `sudo` without `-E`, `python -E`): set them there.",
    ),
    # 6: sampling
    "V601": Diagnosis("Requests are not kept", "A rule or rate drops them: see `VEDETTE_SAMPLE_RATE` and its rules."),
    "V602": Diagnosis("A part of the requests is kept", "As the sampling rate or rules say."),
    # 7: files
    "V701": Diagnosis("A configuration file can't be read", "Its settings have no effect until it can be."),
    # 8: the command that was run for this
    "V801": Diagnosis("The command could not be run", "Look at what it wrote."),
    "V802": Diagnosis(
        "No Python process of the command told of itself",
        "It is no Python program, or it starts Python in a way that hides the environment: see V103.",
    ),
}


class Finding(NamedTuple):
    """What was found in one place."""

    code: str
    """Key of `CATALOGUE`; empty for what is well."""
    level: Level
    text: str
    """What is so, here, in one sentence."""
    reason: str = ""
    """Why, where that is known."""

    @property
    def advice(self) -> str:
        """What to do about it."""
        return CATALOGUE[self.code].advice if self.code else ""

    @property
    def docs(self) -> str:
        """Where more is written."""
        return f"{DOCS}#{self.code.lower()}" if self.code else ""

    def document(self) -> dict[str, str]:
        """For `--json`."""
        told = {"code": self.code, "level": self.level, "text": self.text, "reason": self.reason}
        return {**told, "advice": self.advice, "docs": self.docs}


def well(text: str) -> Finding:
    """Something that is as it should be."""
    return Finding("", "ok", text)
