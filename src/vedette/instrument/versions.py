"""Which version of a distribution is loaded.

`importlib.metadata` would tell, but importing it costs more than all of a start-up; the names of the
`*.dist-info` folders beside the package say the same.
"""

from __future__ import annotations

import os
import sys


def version_of(distribution: str, module: str) -> str | None:
    """Version of `distribution`, which holds the loaded `module`; None if it can't be told."""
    package = sys.modules.get(module.partition(".")[0])
    declared = getattr(package, "__dict__", {}).get("__version__")
    if isinstance(declared, str) and numbers(declared):
        return declared
    return _from_folder(distribution, package)  # also for CherryPy, which may call itself "unknown"


def _from_folder(distribution: str, package: object) -> str | None:
    file = getattr(package, "__file__", None)
    if not isinstance(file, str):
        return None
    parent = os.path.dirname(file)
    site = os.path.dirname(parent) if os.path.basename(file).startswith("__init__.") else parent
    wanted = normal(distribution)
    try:
        entries = os.listdir(site)
    except OSError:
        return None
    for entry in entries:
        name, dash, rest = entry.partition("-")
        if dash and entry.endswith((".dist-info", ".egg-info")) and normal(name) == wanted:
            return rest.rpartition(".")[0].partition("-py")[0]
    return None


def normal(name: str) -> str:
    """A distribution name as PEP 503 compares them."""
    return name.lower().replace("_", "-").replace(".", "-")


def numbers(version: str) -> tuple[int, ...]:
    """The release segment of a version as numbers: `2.0.0rc1` is (2, 0, 0)."""
    parts = []
    for part in version.lstrip("v").split("+")[0].split("."):
        digits = "".join(_leading_digits(part))
        if not digits:
            break
        parts.append(int(digits))
        if digits != part:
            break
    return tuple(parts)


def _leading_digits(text: str) -> list[str]:
    digits = []
    for character in text:
        if not character.isdigit():
            break
        digits.append(character)
    return digits


def at_least(version: str, floor: str) -> bool:
    """Whether `version` is `floor` or newer, missing parts counting as zero."""
    mine, wanted = numbers(version), numbers(floor)
    width = max(len(mine), len(wanted))
    return mine + (0,) * (width - len(mine)) >= wanted + (0,) * (width - len(wanted))
