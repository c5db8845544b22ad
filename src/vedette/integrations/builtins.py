"""Files: what `open`, `io`, `os`, `pathlib` and `shutil` are about to open, move or remove is told. No spans."""

from __future__ import annotations

import os

from vedette.instrument import Call, Integration, Setup, enclosing
from vedette.instrument.families import audit
from vedette.operations import FileAccess, IncomingRequest

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from vedette.instrument.installed import Installed

EVENTS = (
    "open", "os.listdir", "os.scandir", "os.remove", "os.rename", "os.rmdir", "os.link", "os.symlink", "os.truncate",
    "shutil.copytree", "shutil.rmtree", "shutil.move", "shutil.unpack_archive",
)  # fmt: skip


def accessed(call: Call) -> FileAccess | None:
    """A path, on behalf of a request."""
    path = call.args[0]
    if not FileAccess.listeners or isinstance(path, int) or enclosing(IncomingRequest) is None:
        return None
    try:
        return FileAccess(os.fsdecode(path))
    except TypeError:
        return None  # no path, as the caller will be told


def install(installed: Installed) -> Callable[[], None]:
    """Listens to the interpreter's own events, so that `open` stays the builtin that it is."""
    return audit.listen(installed, FileAccess, dict.fromkeys(EVENTS, accessed))


integration = Integration(
    "builtins",
    title="builtins.open, io, os, pathlib, shutil",
    modules=["builtins", "io", "os", "pathlib", "shutil"],
    docs="https://docs.python.org/3/library/audit_events.html",
    protection=["path-traversal"],
    hooks=[Setup("io", install)],
    notes="No spans. By audit events (PEP 578): also what is written in C opens its files in sight of it.",
)
