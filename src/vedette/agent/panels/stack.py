"""Stack traces of any language in frames; those of the application stand out from those of libraries."""

from __future__ import annotations

import re
from itertools import groupby
from typing import NamedTuple

MOST = 200
PYTHON = re.compile(r'^\s*File "(?P<file>.*)", line (?P<line>\d+)(?:, in (?P<function>.*))?$')
NODE = re.compile(r"^\s*at (?:(?P<function>.*?) \()?(?P<file>[^()]+?):(?P<line>\d+)(?::\d+)?\)?$")
JAVA = re.compile(r"^\s*at (?P<function>[\w.$<>/]+)\((?P<file>[^:()]+)(?::(?P<line>\d+))?\)$")
LIBRARY = re.compile(
    r"site-packages|dist-packages|node_modules|/lib/python\d|\\lib\\python|<frozen |/vedette/(?:instrument|tracing|"
    r"operations|protection|lifecycle)/|node:internal|^java\.|^sun\.|/usr/lib/",
    re.IGNORECASE,
)


class Frame(NamedTuple):
    """One call of a stack; a line that is none has only a `text`."""

    text: str
    file: str = ""
    line: str = ""
    function: str = ""
    code: str = ""
    """The line of source, where the sender told it."""
    library: bool = False


def frames(stack: str) -> list[Frame]:
    """The frames of a stack in the order in which they were told; at most 200, the last ones."""
    found: list[Frame] = []
    for text in stack.splitlines():
        frame = _frame(text)
        if frame is None and found and found[-1].file and not found[-1].code and text.startswith("    "):
            found[-1] = found[-1]._replace(code=text.strip())
        elif frame or text.strip(" ^~\t"):
            found.append(frame or Frame(text))
    return found[-MOST:]


def folded(stack: list[Frame]) -> list[list[Frame]]:
    """The frames in runs: calls of libraries that follow each other are one, every other frame is one of its own."""
    runs: list[list[Frame]] = []
    for library, group in groupby(stack, key=lambda frame: frame.library):
        run = list(group)
        runs += [run] if library else [[frame] for frame in run]
    return runs


def _frame(text: str) -> Frame | None:
    if len(text) > 2_000:  # such a line is no frame, and the patterns need not prove it
        return None
    match = PYTHON.match(text) or JAVA.match(text) or NODE.match(text)
    if match is None:
        return None
    said = {name: value or "" for name, value in match.groupdict().items()}
    return Frame(text, **said, library=bool(LIBRARY.search(said["file"]) or LIBRARY.search(said["function"])))
