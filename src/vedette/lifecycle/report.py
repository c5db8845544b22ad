"""What this process instrumented, written into a folder for whoever asked (`vedette doctor`).

Written when vedette starts, and again at the process's end: one that is killed has told of its start at least.
"""

from __future__ import annotations

import os
import sys

from vedette import _native
from vedette.instrument.versions import version_of
from vedette.lifecycle.identity import inferred_service

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from vedette.instrument.installed import Installed
    from vedette.lifecycle import Running


def report_to(folder: str, state: Running, loaded_before: list[str]) -> Callable[[], None]:
    """Writes the report now; returns what writes it again.

    Whatever keeps it from that is not the application's concern: a folder that is gone, a name that has no encoding, a
    library whose version raises. The asker sees that a report is missing.
    """

    def write() -> None:
        import json  # only where somebody asks

        path = os.path.join(folder, f"{os.getpid()}.json")
        try:
            with open(f"{path}.part", "w", encoding="utf-8") as file:
                json.dump({**told(state), "loaded_before": loaded_before}, file, default=str)
            os.replace(f"{path}.part", path)
        except Exception:
            pass

    write()
    return write


def told(state: Running) -> dict[str, Any]:
    """Facts about this process."""
    installed = state.registry.installed
    return {
        "pid": os.getpid(),
        "parent": os.getppid(),
        "arguments": list(getattr(sys, "orig_argv", sys.argv)),
        "python": sys.version.partition(" ")[0],
        "service": state.settings.service or inferred_service(),
        "libraries": {name: _library(each) for name, each in sorted(installed.items())},
        "refused": dict(state.registry.refused),
        "counters": _native.counters(),
        "other_tracers": [name for name in ("ddtrace", "opentelemetry.instrumentation") if name in sys.modules],
    }


def _library(installed: Installed) -> dict[str, Any]:
    integration = installed.integration
    distribution = integration.distribution
    return {
        "version": version_of(distribution, integration.modules[0]) if distribution else None,
        "hooked": installed.applied,
        "missing": installed.missing,
        "failures": installed.switch.failures,
        "on": installed.switch.on,
    }
