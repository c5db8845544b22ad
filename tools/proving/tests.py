"""Which test files prove an integration, and what else their result depends on."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

from proving import package

FOLDER = package.ROOT / "tests" / "integrations"
FAMILIES = package.SOURCE / "instrument" / "families"
INTEGRATIONS = package.SOURCE / "integrations"
APART = ("agent", "cli", "demo", "integrations")
"""Rooms of the package that the tests of an integration have nothing to do with; its own file is added."""

_IMPORTS = re.compile(r"vedette\.instrument\.families(?:\.(\w+)| import ([\w, ]+))")


def of(name: str) -> list[Path]:
    """`test_<name>.py` and `test_<name>_<part>.py`, unless that is the first file of another integration."""
    parts = [file for file in FOLDER.glob(f"test_{name}_*.py") if not _is_anothers(file.stem, name)]
    return sorted(file for file in [FOLDER / f"test_{name}.py", *parts] if file.exists())


def _is_anothers(stem: str, name: str) -> bool:
    words = stem[len("test_") :].split("_")
    longer = ("_".join(words[:count]) for count in range(len(words), 0, -1))
    owner = next((each for each in longer if (INTEGRATIONS / f"{each}.py").exists()), name)
    return owner != name


def fingerprint_of(name: str) -> str:
    """Of everything in this repository that the result of an integration's tests depends on."""
    files = {file for file in package.python_files() if file.relative_to(package.SOURCE).parts[0] not in APART}
    files -= set(FAMILIES.glob("*.py"))
    shared = [path for path in FOLDER.glob("*.py") if not path.name.startswith("test_")]
    own = [INTEGRATIONS / f"{name}.py", *(INTEGRATIONS / name).rglob("*.py")]
    own = [file for file in own if file.exists()]
    return package.fingerprint([*package.native_files(), *files, *shared, *of(name), *own, *families_of(own)])


def families_of(files: Iterable[Path]) -> set[Path]:
    """The families that some files import, and those that these import."""
    found: set[Path] = set()
    waiting = list(files)
    while waiting:
        imported = _imported(waiting.pop().read_text(encoding="utf-8")) - found
        found |= imported
        waiting += imported
    return found


def _imported(text: str) -> set[Path]:
    names = {name.strip() for one, several in _IMPORTS.findall(text) for name in (one or several).split(",")}
    return {FAMILIES / f"{name}.py" for name in names if (FAMILIES / f"{name}.py").exists()}
