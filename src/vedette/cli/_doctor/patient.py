"""What the doctor looks at: this environment, a command that is run for it, or a process that runs already."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from vedette.cli.config import declared_options
from vedette.settings import Settings, load
from vedette.settings.integration import variables_of


@dataclass
class Patient:
    """Facts that the checks ask for."""

    name: str
    """For people: `this environment`, `process 4711`, `gunicorn shop:app`."""
    environ: Mapping[str, str] = field(default_factory=lambda: dict(os.environ))
    directory: str = "."
    command: tuple[str, ...] = ()
    """The command line, if there is one."""
    reports: list[dict[str, Any]] = field(default_factory=list)
    """What each instrumented process of the command told of itself at its end (see `lifecycle.report`)."""
    exit_code: int | None = None
    """Of the command, if it was run and has ended by itself."""
    pid: int | None = None
    """Of a process that runs already."""
    threads: tuple[str, ...] = ()
    """Names of that process's threads."""
    native_loaded: bool | None = None
    """Whether that process has loaded vedette's native module; None if that can't be told."""
    python: str = sys.executable

    @property
    def settings(self) -> Settings:
        """The settings as this environment gives them."""
        declared = {
            name: [variable for option in options for variable in variables_of(option, [name])]
            for name, options in declared_options().items()
        }
        return load(environ=self.environ, directory=self.directory, integrations=declared)
