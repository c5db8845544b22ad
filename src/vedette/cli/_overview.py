"""What commands there are."""

from __future__ import annotations

from difflib import get_close_matches
from importlib.metadata import PackageNotFoundError
from importlib.metadata import version as distribution_version
from importlib.util import find_spec
from pkgutil import iter_modules

import vedette.cli


def command_names() -> list[str]:
    """The commands, one for each file in this folder."""
    modules = [module.name for module in iter_modules(vedette.cli.__path__)]
    return sorted(name.replace("_", "-") for name in modules if not name.startswith("_"))


def overview() -> str:
    """The text of `vedette --help`."""
    names = command_names()
    width = max(len(name) for name in names)
    lines = [f"  {name:{width}}  {_summary(name)}" for name in names]
    return "\n".join(["usage: vedette COMMAND ...", "", *lines, "", "vedette COMMAND --help tells more."])


def _summary(name: str) -> str:
    """The first line of the command's docstring, without importing what the command needs."""
    spec = find_spec("vedette.cli." + name.replace("-", "_"))
    source = getattr(spec.loader, "get_source", lambda _name: None)(spec.name) if spec else None
    first = (source or "").partition("\n")[0]
    return first.strip().strip('"').rstrip(".") if first.startswith('"""') else ""


def closest(name: str) -> str:
    """A suggestion in place of a command that is not there; empty if none is near."""
    matches = get_close_matches(name, command_names(), 1)
    return f" (did you mean {matches[0]}?)" if matches else ""


def version() -> str:
    """The installed version."""
    try:
        return f"vedette {distribution_version('vedette')}"
    except PackageNotFoundError:
        return "vedette (not installed)"
