"""os: one span per command given to a shell or program spawned; what replaces the process is told before it does."""

from __future__ import annotations

import os
import sys

from vedette.instrument import Around, Call, Integration, Setup, enclosing
from vedette.instrument.families import audit
from vedette.operations import Command, IncomingRequest
from vedette.operations.command import texts

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from vedette.instrument.installed import Installed


def commanded(call: Call) -> Command | None:
    """`os.system(line)`."""
    line = call.args[0] if call.args else call.kwargs.get("command")
    return Command("command_execution", None, os.fsdecode(line)) if isinstance(line, (str, bytes)) else None


def commanded_by_name(call: Call) -> Command | None:
    """The same, by a name that the application imported before the hook was there."""
    command = commanded(call)
    outer = enclosing(Command)
    if command is None or enclosing(IncomingRequest) is None or (outer is not None and outer.is_same(command)):
        return None
    command.name = None
    return command


def ended(call: Call, status: Any) -> None:
    """What `os.system` returns is a status of `wait`, elsewhere than on Windows."""
    if isinstance(status, int):
        exited = sys.platform != "win32" and hasattr(os, "waitstatus_to_exitcode")
        call.operation.exit_code = os.waitstatus_to_exitcode(status) if exited else status


def spawned(call: Call) -> Command | None:
    """`os.spawn*`: mode, program, arguments with the name that the program is told of itself."""
    words = texts(call.args[2] or ())
    return Command("command_execution", [os.fsdecode(call.args[1]), *words[1:]]) if words else None


def returned(call: Call, result: Any) -> None:
    """An exit code where the caller waited for it; else a process id."""
    if call.args[0] == os.P_WAIT:
        call.operation.exit_code = result


def replaced(call: Call) -> Command | None:
    """`os.exec*`, `os.posix_spawn*`: program and arguments, as the audit event tells them."""
    outer = enclosing(Command)
    if not Command.listeners or enclosing(IncomingRequest) is None:
        return None
    words = texts(call.args[1] or ())
    command = Command(None, [os.fsdecode(call.args[0]), *words[1:]]) if words else None
    return None if command is None or (outer is not None and outer.is_same(command)) else command


def install(installed: Installed) -> Callable[[], None]:
    """Listens to what has no Python function to hook."""
    events = {"os.system": commanded_by_name, "os.exec": replaced, "os.posix_spawn": replaced}
    return audit.listen(installed, Command, events)


integration = Integration(
    "os",
    title="os",
    modules=["os"],
    docs="https://docs.python.org/3/library/os.html#process-management",
    conventions="process",
    protection=["command-injection", "shell-injection"],
    hooks=[
        Around("os:system", commanded, ended),
        Around("os:_spawnvef", spawned, returned, optional=True),
        Setup("os", install),
    ],
)
