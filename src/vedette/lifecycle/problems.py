"""Tells once what is wrong with the configuration."""

from __future__ import annotations

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

_told: set[str] = set()


def tell(messages: Iterable[object]) -> None:
    """Writes each message to the log `vedette`, once per process."""
    new = [str(message) for message in messages if str(message) not in _told]
    if not new:
        return
    import logging  # only where there is something to tell

    _told.update(new)
    for message in new:
        logging.getLogger("vedette").warning("%s", message)


def warn_absent(error: BaseException) -> None:
    """The native module can't be loaded: said once, on stderr, since logging may not be set up yet."""
    sys.stderr.write(f"vedette: the native module can't be loaded, the application runs untraced: {error}\n")
