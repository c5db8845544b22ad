"""subprocess: one span per program, until it ends where the caller waits for it (`run`, `call`), else for its start."""

from __future__ import annotations

from vedette.instrument import Around, Call, Integration, enclosing
from vedette.operations import Command
from vedette.operations.command import texts

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_EXECUTABLE, _SHELL = 2, 8
"""Positions of `executable` and `shell` among the arguments of `Popen`, the instance not counted."""


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
    shell = option("shell", _SHELL, call, rest)
    arguments = [given] if isinstance(given, (str, bytes)) or hasattr(given, "__fspath__") else given
    words = texts(arguments or ())
    if not words:
        return None  # what Popen itself will say
    executable = None if shell else option("executable", _EXECUTABLE, call, rest)
    if executable is not None:
        words = [*(texts([executable]) or words[:1]), *words[1:]]
    command = Command("command_execution", None, words[0]) if shell else Command("command_execution", words)
    outer = enclosing(Command)
    return None if outer is not None and outer.is_same(command) else command


def option(name: str, position: int, call: Call, rest: tuple[Any, ...]) -> Any:
    """What `Popen` was given under a name or in a position; `rest` follows what is to be run."""
    return rest[position - 1] if len(rest) >= position else call.kwargs.get(name)


def awaited_line(call: Call) -> Command | None:
    """`asyncio.create_subprocess_shell(line, ...)`: loops written in C start it without `Popen`."""
    words = texts([call.arg(0, "cmd")])
    return Command("command_execution", None, words[0]) if words else None


def awaited(call: Call) -> Command | None:
    """`asyncio.create_subprocess_exec(program, *arguments, ...)`."""
    words = texts([call.arg(0, "program"), *call.args[1:]])
    if words and call.kwargs.get("executable") is not None:
        words = [*(texts([call.kwargs["executable"]]) or words[:1]), *words[1:]]
    return Command("command_execution", words) if words else None


def ended(call: Call, result: Any) -> None:
    """The program has ended."""
    code = result if isinstance(result, int) else getattr(result, "returncode", None)
    call.operation.exit_code = code


integration = Integration(
    "subprocess",
    title="subprocess, asyncio.subprocess",
    modules=["subprocess", "asyncio"],
    docs="https://docs.python.org/3/library/subprocess.html",
    conventions="process",
    protection=["command-injection", "shell-injection"],
    hooks=[
        Around("subprocess:run", called, ended),
        Around("subprocess:call", called, ended),
        Around("subprocess:Popen.__init__", started),
        Around("asyncio.subprocess:create_subprocess_exec", awaited),
        Around("asyncio.subprocess:create_subprocess_shell", awaited_line),
    ],
)
