"""Run any command instrumented: `vedette run python app.py`, `vedette run gunicorn shop:app`.

The command replaces this process and inherits an environment in which each Python process starts vedette by itself.
Nothing heavy is imported here: the application's start waits for it.
"""

from __future__ import annotations

import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, MutableMapping

USAGE = """usage: vedette run [--] COMMAND [ARGUMENT]...

Runs a command with every Python process in it instrumented.

  vedette run python app.py          a script (app.py alone also works)
  vedette run -m package             a module, with this Python
  vedette run gunicorn shop:app      any program: uvicorn, celery, flask run, manage.py, pytest, a shell script
  vedette run --ui python app.py     with an embedded agent, whose page shows it, and which ends with the command
                                     (--ui-keep: which runs on)

Options are set by VEDETTE_*, DD_* and OTEL_* variables or in vedette.toml; vedette config shows them.
Exit code: that of the command; 2 if there is none, 126 if it can't be executed, 127 if it is not there."""

LAUNCH_FOLDER = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "_launch")
USAGE_ERROR, NOT_EXECUTABLE, NOT_FOUND = 2, 126, 127

# Switches before the command. Each is called with the environment that the command will get.
SWITCHES: dict[str, Callable[[MutableMapping[str, str]], None]] = {
    "--ui": lambda environ: _with_agent(environ, keep=False),
    "--ui-keep": lambda environ: _with_agent(environ, keep=True),
}


def main(arguments: list[str]) -> int:
    """Runs the command that the arguments hold. Returns only if that fails, and on Windows."""
    environ = dict(os.environ)
    command = list(arguments)
    try:
        while command and command[0] in SWITCHES:
            SWITCHES[command.pop(0)](environ)
    except OSError as error:
        return _failed(1, str(error))
    if command[:1] in (["-h"], ["--help"]):
        print(USAGE)
        return 0
    if command[:1] == ["--"]:
        command = command[1:]
    elif command and command[0].startswith("-") and command[0] != "-m":
        return _failed(USAGE_ERROR, f"no such option: {command[0]}\n{USAGE}")
    if not command:
        return _failed(USAGE_ERROR, f"no command given\n{USAGE}")
    prepare(environ)
    return execute(program(command), environ)


def _with_agent(environ: MutableMapping[str, str], keep: bool) -> None:
    from vedette.cli._ui import with_agent  # who does not ask for the page need not wait for it

    print(with_agent(environ, keep), file=sys.stderr, flush=True)


def prepare(environ: MutableMapping[str, str]) -> None:
    """Makes each Python process that inherits this environment start vedette. What PYTHONPATH held comes after ours."""
    plain(environ)
    kept = environ.get("PYTHONPATH")
    environ["PYTHONPATH"] = LAUNCH_FOLDER + os.pathsep + kept if kept else LAUNCH_FOLDER
    environ["VEDETTE_LAUNCHED"] = "1"


def plain(environ: MutableMapping[str, str]) -> None:
    """Takes back what `prepare` did, also in the environment of a command within a command."""
    environ.pop("VEDETTE_LAUNCHED", None)
    others = [entry for entry in environ.pop("PYTHONPATH", "").split(os.pathsep) if entry != LAUNCH_FOLDER]
    kept = os.pathsep.join(others)
    if kept:
        environ["PYTHONPATH"] = kept


def program(command: list[str]) -> list[str]:
    """The command with this Python in front, if it is a Python script or module rather than a program."""
    return [sys.executable, *command] if command[0] == "-m" or _needs_python(command[0]) else command


def _needs_python(name: str) -> bool:
    if os.path.isdir(name):
        return os.path.isfile(os.path.join(name, "__main__.py"))
    if not name.endswith((".py", ".pyw", ".pyz")) or not os.path.isfile(name):
        return False
    # A script with the executable bit and a path knows its interpreter by its first line.
    return os.name == "nt" or os.path.dirname(name) == "" or not _has_interpreter(name)


def _has_interpreter(script: str) -> bool:
    if not os.access(script, os.X_OK):
        return False
    with open(script, "rb") as file:
        return file.read(2) == b"#!"


def execute(command: list[str], environ: MutableMapping[str, str]) -> int:
    """Becomes the command, or on Windows waits for it."""
    try:
        if os.name == "nt":
            return _wait(command, environ)
        sys.stdout.flush()
        os.execvpe(command[0], command, environ)
    except FileNotFoundError:
        return _failed(NOT_FOUND, f"{command[0]}: not found")
    except OSError as error:
        return _failed(NOT_EXECUTABLE, f"{command[0]}: {error.strerror}")
    except ValueError as error:  # a NUL in an argument
        return _failed(NOT_EXECUTABLE, f"{command[0]!r}: {error}")


def _wait(command: list[str], environ: MutableMapping[str, str]) -> int:
    import signal  # both for Windows alone: elsewhere the command takes this process's place
    import subprocess

    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the command too, and ending is its decision
    return subprocess.call(command, env=dict(environ))


def _failed(code: int, message: str) -> int:
    print(f"vedette run: {message}", file=sys.stderr)
    return code
