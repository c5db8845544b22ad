"""subprocess: one span per program, until it ends where the caller waits for it (`run`, `call`), else for its start."""

from __future__ import annotations

from vedette.instrument import Around, Call, Integration, enclosing
from vedette.operations import Command
from vedette.operations.command import texts

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_SHELL = 8
"""Position of `shell` among the arguments of `Popen`, the instance not counted."""


def started(call: Call) -> Command | None:
    """`Popen(...)`: a program of its own, or of the `run` that it serves."""
    args = call.args
    return described(args[1] if len(args) > 1 else call.kwargs.get("args"), call, args[2:])


def called(call: Call) -> Command | None:
    """`run(...)`, `call(...)`: everything is passed on to `Popen`."""
    args = call.args
    return described(args[0] if args else call.kwargs.get("args"), call, args[1:])


def described(given: Any, call: Call, rest: tuple[Any, ...]) -> Command | None:
    """What is to be run; None if it is part of what is running already."""
    shell = rest[_SHELL - 1] if len(rest) >= _SHELL else call.kwargs.get("shell")
    arguments = [given] if isinstance(given, (str, bytes)) or hasattr(given, "__fspath__") else given
    words = texts(arguments or ())
    if not words:
        return None  # what Popen itself will say
    command = Command("command_execution", None, words[0]) if shell else Command("command_execution", words)
    outer = enclosing(Command)
    return None if outer is not None and outer.is_same(command) else command


def ended(call: Call, result: Any) -> None:
    """The program has ended."""
    code = result if isinstance(result, int) else getattr(result, "returncode", None)
    call.operation.exit_code = code


integration = Integration(
    "subprocess",
    title="subprocess",
    modules=["subprocess"],
    docs="https://docs.python.org/3/library/subprocess.html",
    conventions="process",
    protection=["command-injection", "shell-injection"],
    hooks=[
        Around("subprocess:run", called, ended),
        Around("subprocess:call", called, ended),
        Around("subprocess:Popen.__init__", started),
    ],
)
