"""The project's own file: `vedette.toml`, or the table `[tool.vedette]` of `pyproject.toml`."""

from __future__ import annotations

from importlib import import_module
from os.path import basename
from sys import version_info

from vedette.settings.origin import Problem

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_LIMIT = 1024 * 1024  # bytes; a file larger than this is not configuration


def read(paths: list[str], problems: list[Problem]) -> tuple[Mapping[str, object], str]:
    """The options of the first file that has some, and that file's path."""
    tables = [(table, path) for path in paths if (table := _table(path, problems)) is not None]
    if not tables:
        return {}, ""
    for _, path in tables[1:]:
        problems.append(Problem("file", path, f"its [tool.vedette] has no effect beside {basename(tables[0][1])}"))
    return tables[0]


def _table(path: str, problems: list[Problem]) -> Mapping[str, object] | None:
    whole = basename(path) == "vedette.toml"
    try:
        with open(path, "rb") as file:
            content = file.read(_LIMIT)
        if not whole and b"tool.vedette" not in content:  # spares nearly every project the import of a TOML parser
            return None
        return _section(_parser()(content.decode("utf-8")), whole)
    except ImportError:
        problems.append(Problem("file", path, "not read: before Python 3.11 this needs the package tomli"))
    except (OSError, ValueError) as error:
        problems.append(Problem("file", path, f"ignored: {error}"))
    return None


def _section(document: Mapping[str, object], whole: bool) -> Mapping[str, object] | None:
    tools = {"vedette": document} if whole else document.get("tool")
    section = tools.get("vedette") if isinstance(tools, dict) else None
    if section is not None and not isinstance(section, dict):
        raise ValueError("[tool.vedette] is not a table")
    return section


def _parser() -> Callable[[str], dict[str, object]]:
    parser = import_module("tomllib" if version_info >= (3, 11) else "tomli")
    loads: Callable[[str], dict[str, object]] = parser.loads
    return loads
