"""The command `vedette`.

Each command is one file in this folder, named as the command (`-` as `_`); the first line of its docstring is what
the list of commands says about it. The file has a Click command named `command`, or `main(arguments) -> exit code`.
Files whose names begin with an underscore are no commands.

Exit codes: 0 done; 1 done, and something is wrong; 2 the command line is not understood; 3 a package is missing that
the command needs. `vedette run` ends with the exit code of the program that it runs, or 126 if that can't be executed
and 127 if it is not there.
"""

from __future__ import annotations

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import ModuleType

USAGE_ERROR = 2
MISSING_PACKAGE = 3


def main(arguments: list[str] | None = None) -> int:
    """Runs the command that the arguments name, and gives the exit code."""
    words = sys.argv[1:] if arguments is None else arguments
    if words and words[0] == "run":
        # Before anything else is imported: every start of the application pays for it.
        from vedette.cli.run import main as run

        return run(words[1:])
    if not words or words[0] in ("-h", "--help", "help"):
        from vedette.cli._overview import overview  # what `run` can do without

        print(overview())
        return 0 if words else USAGE_ERROR
    if words[0] in ("-V", "--version"):
        from vedette.cli._overview import version  # as above

        print(version())
        return 0
    return _command(words[0], words[1:])


def _command(name: str, arguments: list[str]) -> int:
    from vedette.cli._overview import closest, command_names  # what `run` can do without

    if name not in command_names():
        print(f"vedette: no such command: {name}{closest(name)}; vedette --help lists them", file=sys.stderr)
        return USAGE_ERROR
    try:
        module = _module(name)
    except ImportError as error:
        if error.name == "vedette._native":
            print(f"vedette {name} needs the native module, which can't be loaded: {error}", file=sys.stderr)
            return MISSING_PACKAGE
        if not isinstance(error, ModuleNotFoundError) or (error.name or "vedette").partition(".")[0] == "vedette":
            raise
        print(f'vedette {name} needs the package {error.name}: pip install "vedette[cli]"', file=sys.stderr)
        return MISSING_PACKAGE
    return _execute(module, name, arguments)


def _module(name: str) -> ModuleType:
    from importlib import import_module  # what `run` can do without

    return import_module("vedette.cli." + name.replace("-", "_"))


def _execute(module: ModuleType, name: str, arguments: list[str]) -> int:
    if hasattr(module, "main"):
        return int(module.main(arguments) or 0)
    try:
        return int(module.command.main(arguments, f"vedette {name}", standalone_mode=True) or 0)
    except SystemExit as end:  # Click's way to tell the exit code
        return end.code if isinstance(end.code, int) else int(end.code is not None)
