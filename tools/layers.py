"""Checks that imports go down only: which room of `src/vedette` may import from which.

    python tools/layers.py      exit code 0, or 1 and each import that breaks a rule

The rules (ARCHITECTURE.md has the reasons):

- A room imports from itself and from the rooms that `MAY_IMPORT` lists, also for types alone.
- Protection names no library that is instrumented.
- An import inside of a function has a comment on its line or above, since it usually hides a cycle; where the reason is
  another (start-up time, a dependency that only one command needs) the comment says so.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "src" / "vedette"

ENGINE = {"_native", "settings", "tracing", "operations"}
# Room -> the rooms below it. A module straight in `vedette` is a room too; `vedette` itself is the public API.
MAY_IMPORT: dict[str, set[str]] = {
    "_native": set(),
    "settings": {"_native"},
    "tracing": {"settings", "_native"},
    "operations": {"settings", "_native"},
    "instrument": ENGINE,
    "integrations": {"instrument", "operations"},
    "protection": {*ENGINE, "instrument"},
    "opentelemetry": {"tracing", "_native"},
    "remote": {"settings", "_native"},
    "lifecycle": {*ENGINE, "instrument", "integrations", "protection", "opentelemetry", "remote"},
    "absent": set(),
    "_api": {"_native", "tracing", "lifecycle", "absent"},
    "vedette": {"_api", "lifecycle", "protection", "tracing"},
    "auto": {"vedette", "settings"},
    "testing": {"_native", "lifecycle", "vedette"},
    "_launch": {"auto"},
    "agent": {"_native", "settings"},
    "demo": {"vedette", "agent"},
    "cli": {*ENGINE, "instrument", "integrations", "protection", "lifecycle", "vedette", "agent", "demo"},
    "__main__": {"cli"},
}


class Import(NamedTuple):
    """One import statement's target."""

    module: str
    line: int
    local: bool
    """Whether it stands inside of a function."""


class Problem(NamedTuple):
    """A rule that is broken, and where."""

    file: Path
    line: int
    text: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.text}"


def problems(package: Path = PACKAGE) -> list[Problem]:
    """Everything in the package that breaks a rule."""
    found = []
    libraries = library_names(package)
    for file in sorted(package.rglob("*.py")):
        source = file.read_text(encoding="utf-8")
        for line, text in check(room_of(file, package), source, package, libraries):
            found.append(Problem(file.relative_to(package.parent.parent), line, text))
    return found


def check(room: str, source: str, package: Path, libraries: set[str]) -> Iterator[tuple[int, str]]:
    """Line and text of each broken rule in one file."""
    tree = ast.parse(source)
    if room not in MAY_IMPORT:
        yield 1, f"the room {room} is not in the table of tools/layers.py"
        return
    for each in imports(tree, package):
        target = room_of_module(each.module, package)
        if target is not None and target != room and target not in MAY_IMPORT[room]:
            yield each.line, f"{room} imports {each.module}: {room} may import {_listed(MAY_IMPORT[room])}"
    for line in uncommented(tree, source.splitlines()):
        yield line, "an import inside of a function, and no comment says why"
    if room == "protection":
        yield from ((line, f"protection names a library: {name}") for line, name in named(tree, libraries))


def _listed(rooms: set[str]) -> str:
    return ", ".join(sorted(rooms)) or "nothing"


def room_of(file: Path, package: Path) -> str:
    """The room that a file stands in."""
    first, *rest = file.relative_to(package).parts
    return first if rest else {"__init__": "vedette"}.get(file.stem, file.stem)


def room_of_module(module: str, package: Path) -> str | None:
    """The room of an imported module; None for what is not ours."""
    top, *rest = module.split(".")
    if top != "vedette":
        return None
    return rest[0] if rest and _is_module(package / rest[0]) else "vedette"


def _is_module(path: Path) -> bool:
    return path.is_dir() or path.with_suffix(".py").exists() or path.with_suffix(".pyi").exists()


def imports(tree: ast.AST, package: Path, local: bool = False) -> Iterator[Import]:
    """All imports below a node. `from vedette import settings` counts as `vedette.settings`."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.Import):
            yield from (Import(alias.name, node.lineno, local) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            whole = [f"{base}.{alias.name}" for alias in node.names] if base == "vedette" else [base]
            yield from (Import(name, node.lineno, local) for name in whole)
        else:
            inside = local or isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda))
            yield from imports(node, package, inside)


def uncommented(tree: ast.AST, lines: list[str]) -> Iterator[int]:
    """Lines of imports inside of functions without a comment; imports in a row share that of the first."""
    for function in ast.walk(tree):
        if not isinstance(function, (ast.FunctionDef, ast.AsyncFunctionDef)):
            continue
        explained = -1  # the last line of an import that has its reason
        for node in _own_imports(function):
            last = node.end_lineno or node.lineno
            around = lines[node.lineno - 2 : last]
            reasoned = any("#" in line for line in around[1:]) or around[0].lstrip().startswith("#")
            if reasoned or node.lineno == explained + 1:
                explained = last
            else:
                yield node.lineno


def _own_imports(function: ast.AST) -> Iterator[ast.Import | ast.ImportFrom]:
    for node in ast.iter_child_nodes(function):
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            yield node
        elif not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):  # they are walked for themselves
            yield from _own_imports(node)


def library_names(package: Path) -> set[str]:
    """Names of the integrations: the libraries that protection must not know."""
    here = package / "integrations"
    files = {path.stem for path in here.glob("*.py")} | {path.parent.name for path in here.glob("*/__init__.py")}
    return files - {"__init__", "index", "load"}


def named(tree: ast.AST, libraries: set[str]) -> Iterator[tuple[int, str]]:
    """Where code (not its documentation) imports a library or names it in a string, such as `flask.request`."""
    documentation = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in documentation:
            words = [re.split(r"[.:]", node.value)[0]]
        elif isinstance(node, ast.Import):
            words = [alias.name.partition(".")[0] for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            words = [(node.module or "").partition(".")[0]]
        else:
            continue
        yield from ((node.lineno, word) for word in words if word in libraries - _OF_THE_STANDARD_LIBRARY)


# Protection may use these for itself.
_OF_THE_STANDARD_LIBRARY = {"asyncio", "builtins", "http", "logging", "os", "subprocess", "urllib"}


def main() -> int:
    """Prints what breaks a rule."""
    found = problems()
    print("\n".join(map(str, found)) or "layers: imports go down only")
    return 1 if found else 0


if __name__ == "__main__":
    raise SystemExit(main())
