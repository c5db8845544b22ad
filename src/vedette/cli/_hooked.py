"""What is hooked of each installed library, tried in a process of its own: libraries may do anything when imported.

`python -m vedette.cli._hooked NAME...` prints a line of JSON for each integration.
"""

from __future__ import annotations

import contextlib
import importlib
import json
import os
import subprocess
import sys
from collections.abc import Iterable
from typing import NamedTuple

from vedette.instrument.integration import targets
from vedette.instrument.targets import module_of
from vedette.integrations.load import load_integration

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vedette.instrument.registry import Registry

_LONGEST = 60
"""Seconds that all imports together may take."""


class Hooked(NamedTuple):
    """What became of one library."""

    hooked: list[str]
    """Targets, such as `flask.app:Flask.wsgi_app`."""
    problem: str
    """Why nothing, or not everything, is hooked; empty if all is well."""
    untried: str = ""
    """Why that can't be told outside of an application (Django REST framework wants to be configured first)."""


def hooked(names: Iterable[str]) -> dict[str, Hooked]:
    """Imports the libraries of these integrations elsewhere, and tells what was hooked there."""
    wanted = list(names)
    told = {}
    for line in _output(wanted).splitlines():
        with contextlib.suppress(ValueError, TypeError):  # libraries that print when they are imported
            name, *facts = json.loads(line)
            told[name] = Hooked(*facts)
    return {name: told.get(name, Hooked([], "its import ended the process, or took too long")) for name in wanted}


def _output(names: list[str]) -> str:
    command = [sys.executable, "-m", "vedette.cli._hooked", *names]
    environ = {**os.environ, "VEDETTE_ENABLED": "true", "VEDETTE_PROTECTION": "off"}
    try:
        output = subprocess.run(
            command, env=environ, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, timeout=_LONGEST, check=False
        ).stdout
    except subprocess.TimeoutExpired as error:
        output = error.stdout or b""
    return output.decode(errors="replace")


def main(names: list[str]) -> None:
    """Instruments, imports and tells."""
    import vedette  # only here: who asks for this module must not be instrumented
    from vedette.lifecycle import running

    vedette.start(in_memory=True, instrument=False)
    state = running()
    assert state is not None
    for name in names:
        state.registry.instrument(name)
        print(json.dumps([name, *_tried(state.registry, name)]), flush=True)


def _tried(registry: Registry, name: str) -> Hooked:
    integration = load_integration(name)
    error = _import_error(integration.modules)
    if error:
        return Hooked([], f"it can't be imported: {error}")
    modules = {module_of(target) for hook in integration.hooks for target in targets(hook)}
    untried = _import_error(sorted(modules))
    installed = registry.installed.get(name)
    if installed is None:
        if untried:
            return Hooked([], "", f"only in an application ({untried.partition('(')[0]})")
        return Hooked([], registry.refused.get(name, "nothing of it was hooked"))
    missing = ", ".join(installed.missing)
    return Hooked(installed.applied, f"not as expected: {missing}" if missing else "")


def _import_error(modules: Iterable[str]) -> str:
    """Imports the modules; tells why the first that can't be imported can't. The others are imported all the same."""
    return next(filter(None, [_error_of(module) for module in modules]), "")


def _error_of(module: str) -> str:
    try:
        importlib.import_module(module)
    except BaseException as error:  # a library may raise anything, and even want to end the process
        return repr(error)
    return ""


if __name__ == "__main__":
    main(sys.argv[1:])
