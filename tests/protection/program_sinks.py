"""The ways of the standard library to a shell's line and to a program, each waited for."""

from __future__ import annotations

import asyncio
import os
import subprocess
from collections.abc import Callable, Coroutine
from typing import Any

Use = Callable[[str], Any]


def _line(name: str) -> str:
    return f"true {name}"


def _words(name: str) -> list[str]:
    return ["sh", "-c", _line(name)]


def _popen(*args: Any, **options: Any) -> int:
    with subprocess.Popen(*args, **options) as process:
        return process.wait()


def _read(name: str) -> str:
    with os.popen(_line(name)) as pipe:
        return pipe.read()


def _ended(identifier: int) -> int:
    return os.waitpid(identifier, 0)[1]


def _on(loop: Callable[[], asyncio.AbstractEventLoop], start: Callable[[str], Coroutine[Any, Any, Any]]) -> Use:
    """A coroutine that starts a process, on a loop of its own."""

    async def waited(name: str) -> int:
        process = await start(name)
        return int(await process.wait())

    def use(name: str) -> int:
        own = loop()
        try:
            return own.run_until_complete(waited(name))
        finally:
            own.close()

    return use


def _loops() -> dict[str, Callable[[], asyncio.AbstractEventLoop]]:
    """asyncio's own, and uvloop's where that is installed: it starts processes in C."""
    try:
        import uvloop
    except ImportError:
        return {"asyncio": asyncio.new_event_loop}
    return {"asyncio": asyncio.new_event_loop, "uvloop": uvloop.new_event_loop}


LINES: dict[str, Use] = {
    "os.system": lambda name: os.system(_line(name)),
    "os.popen": _read,
    "os.spawnv": lambda name: os.spawnv(os.P_WAIT, "/bin/sh", _words(name)),
    "os.spawnve": lambda name: os.spawnve(os.P_WAIT, "/bin/sh", _words(name), os.environ),
    "os.spawnvp": lambda name: os.spawnvp(os.P_WAIT, "sh", _words(name)),
    "os.spawnvpe": lambda name: os.spawnvpe(os.P_WAIT, "sh", _words(name), os.environ),
    "os.spawnl": lambda name: os.spawnl(os.P_WAIT, "/bin/sh", *_words(name)),
    "os.spawnle": lambda name: os.spawnle(os.P_WAIT, "/bin/sh", *_words(name), os.environ),
    "os.spawnlp": lambda name: os.spawnlp(os.P_WAIT, "sh", *_words(name)),
    "os.spawn, not waited for": lambda name: _ended(os.spawnv(os.P_NOWAIT, "/bin/sh", _words(name))),
    "os.posix_spawn": lambda name: _ended(os.posix_spawn("/bin/sh", _words(name), os.environ)),
    "os.posix_spawnp": lambda name: _ended(os.posix_spawnp("sh", _words(name), os.environ)),
    "subprocess.run": lambda name: subprocess.run(_words(name)).returncode,
    "subprocess.run, shell": lambda name: subprocess.run(_line(name), shell=True).returncode,
    "subprocess.run, shell with a list": lambda name: subprocess.run([_line(name)], shell=True).returncode,
    "subprocess.run, bytes": lambda name: subprocess.run(_line(name).encode(), shell=True).returncode,
    "subprocess.call": lambda name: subprocess.call(_words(name)),
    "subprocess.call, shell": lambda name: subprocess.call(_line(name), shell=True),
    "subprocess.check_call": lambda name: subprocess.check_call(_words(name)),
    "subprocess.check_call, shell": lambda name: subprocess.check_call(_line(name), shell=True),
    "subprocess.check_output": lambda name: subprocess.check_output(_words(name)),
    "subprocess.check_output, shell": lambda name: subprocess.check_output(_line(name), shell=True),
    "subprocess.Popen": lambda name: _popen(_words(name)),
    "subprocess.Popen, shell": lambda name: _popen(_line(name), shell=True),
    "subprocess.Popen, executable": lambda name: _popen(_words(name), executable="/bin/sh"),
    "subprocess.getoutput": lambda name: subprocess.getoutput(_line(name)),
    "subprocess.getstatusoutput": lambda name: subprocess.getstatusoutput(_line(name)),
}
for _name, _loop in _loops().items():
    LINES[f"create_subprocess_shell of {_name}"] = _on(_loop, lambda name: asyncio.create_subprocess_shell(_line(name)))
    LINES[f"create_subprocess_exec of {_name}"] = _on(_loop, lambda name: asyncio.create_subprocess_exec(*_words(name)))
"""What gives a line to a shell."""

NOWHERE = "/nowhere/sh"
"""A program that is not there: what would replace the process fails, after it was told."""
REPLACING: dict[str, Use] = {
    "os.execv": lambda name: os.execv(NOWHERE, _words(name)),
    "os.execve": lambda name: os.execve(NOWHERE, _words(name), os.environ),
    "os.execvp": lambda name: os.execvp(NOWHERE, _words(name)),
    "os.execvpe": lambda name: os.execvpe(NOWHERE, _words(name), os.environ),
    "os.execl": lambda name: os.execl(NOWHERE, *_words(name)),
    "os.execle": lambda name: os.execle(NOWHERE, *_words(name), os.environ),
    "os.execlp": lambda name: os.execlp(NOWHERE, *_words(name)),
    "os.execlpe": lambda name: os.execlpe(NOWHERE, *_words(name), os.environ),
}
"""What puts a shell in the place of the process."""

PROGRAMS: dict[str, Use] = {
    "os.spawnv": lambda name: os.spawnv(os.P_WAIT, name, [name, "proof"]),
    "os.posix_spawn": lambda name: _ended(os.posix_spawn(name, [name, "proof"], os.environ)),
    "subprocess.run": lambda name: subprocess.run([name, "proof"]).returncode,
    "subprocess.run, executable": lambda name: subprocess.run(["true", "proof"], executable=name).returncode,
    "subprocess.Popen": lambda name: _popen([name, "proof"]),
    "subprocess.check_output": lambda name: subprocess.check_output([name, "proof"]),
}
for _name, _loop in _loops().items():
    PROGRAMS[f"create_subprocess_exec of {_name}"] = _on(
        _loop, lambda name: asyncio.create_subprocess_exec(name, "proof")
    )
"""What runs a program of the request's choice."""
