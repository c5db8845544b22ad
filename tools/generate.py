"""Writes the files that are generated from the source, or checks that they are as they would be written.

    python tools/generate.py write     writes what has changed, and says which
    python tools/generate.py check     changes nothing; exit code 1 and a summary if something is out of date

A generator is a function without arguments in `tools/generators/`, listed below, that gives {path: text}.
"""

from __future__ import annotations

import difflib
import sys
from pathlib import Path
from typing import Callable

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "src"), str(Path(__file__).resolve().parent)]

from generators import (  # noqa: E402  (the paths above come first)
    applications,
    badge,
    compatibility,
    integrations,
    options,
    overhead,
    receiving,
    requirements,
    rules,
    troubleshooting,
)

# Paths are relative to the root of the repository.
GENERATORS: list[Callable[[], dict[str, str]]] = [
    options.typed_values,
    options.options_page,
    integrations.import_index,
    requirements.libraries,
    requirements.compiled,
    compatibility.packaged_evidence,
    compatibility.compatibility_page,
    badge.badge,
    applications.page,
    overhead.page,
    receiving.page,
    rules.rule_file,
    rules.explanations,
    rules.detections_page,
    troubleshooting.page,
]


def outdated() -> dict[Path, tuple[str, str]]:
    """The files that differ: path to the text there and the text that should be there."""
    wanted = {ROOT / path: text for generator in GENERATORS for path, text in generator().items()}
    present = {path: path.read_text(encoding="utf-8") if path.exists() else "" for path in wanted}
    return {path: (present[path], text) for path, text in wanted.items() if present[path] != text}


def write() -> int:
    """Brings every generated file up to date; nothing while declarations can't be read, which would seem to be gone."""
    if not integrations.all_are_declared():
        print("nothing was written: integrations can't be read (is the native module built?)")
        return 1
    for path, (_, text) in outdated().items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        print(f"wrote {path.relative_to(ROOT)}")
    return 0


def check() -> int:
    """Tells what is out of date, with the first differences of each file."""
    drifted = outdated()
    for path, (present, text) in drifted.items():
        name = str(path.relative_to(ROOT))
        print(f"{name} is out of date" if present else f"{name} is missing")
        differences = difflib.unified_diff(present.splitlines(), text.splitlines(), name, "generated", lineterm="", n=0)
        print("\n".join(["  " + line for line in differences][:20]))
    if drifted:
        print("run: python tools/generate.py write")
    return 1 if drifted or not integrations.all_are_declared() else 0


def main(arguments: list[str]) -> int:
    """Does what the one argument says; 2 if it is not `write` or `check`."""
    actions = {"write": write, "check": check}
    action = actions.get(arguments[0]) if len(arguments) == 1 else None
    if action is None:
        print(__doc__, file=sys.stderr)
        return 2
    return action()


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
