"""Files: what `open`, `io`, `os`, `pathlib` and `shutil` are about to open, make, move or remove is told. No spans."""

from __future__ import annotations

import os

from vedette.instrument import Call, Integration, Setup, enclosing
from vedette.instrument.families import audit
from vedette.operations import FileAccess, IncomingRequest

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from vedette.instrument.installed import Installed

EVENTS = (
    "open", "os.listdir", "os.scandir", "os.remove", "os.rename", "os.mkdir", "os.rmdir", "os.link", "os.symlink",
    "os.truncate", "os.chmod", "shutil.copytree", "shutil.rmtree", "shutil.move", "shutil.unpack_archive",
    "sqlite3.connect",
)  # fmt: skip
TO_ANOTHER = ("os.rename", "os.link", "os.symlink", "shutil.copytree", "shutil.move", "shutil.unpack_archive")
"""These name a second path."""


def accessed(call: Call) -> FileAccess | None:
    """The path that an event names."""
    return of_request(call.args[0])


def made(call: Call) -> FileAccess | None:
    """The second path of an event."""
    return of_request(call.args[1])


def of_request(path: Any) -> FileAccess | None:
    """A path, on behalf of a request."""
    if not FileAccess.listeners or path is None or isinstance(path, int) or enclosing(IncomingRequest) is None:
        return None
    try:
        return FileAccess(os.fsdecode(path))
    except TypeError:
        return None  # no path, as the caller will be told


def install(installed: Installed) -> Callable[[], None]:
    """Listens to the interpreter's own events, so that `open` stays the builtin that it is."""
    undo = audit.listen(installed, FileAccess, dict.fromkeys(EVENTS, accessed))
    undo_second = audit.listen(installed, FileAccess, dict.fromkeys(TO_ANOTHER, made))

    def undo_both() -> None:
        undo_second()
        undo()

    return undo_both


integration = Integration(
    "builtins",
    title="builtins.open, io, os, pathlib, shutil",
    modules=["builtins", "io", "os", "pathlib", "shutil"],
    docs="https://docs.python.org/3/library/audit_events.html",
    protection=["path-traversal"],
    hooks=[Setup("io", install)],
    notes="No spans. By audit events (PEP 578): also what is written in C opens its files in sight of it.",
)
