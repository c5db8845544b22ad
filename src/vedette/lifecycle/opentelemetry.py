"""Joins the OpenTelemetry API as soon as the application imports it, and not before: it may not be installed."""

from __future__ import annotations

from vedette.instrument.imports import Finder

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable


def watch_opentelemetry() -> Callable[[], None]:
    """Watches for its import; returns what undoes it."""
    finder = Finder()
    undo = [finder.stop]

    def imported(module: str) -> None:
        finder.stop()
        try:
            from vedette.opentelemetry import join  # imports the API

            undo[:] = [join()]
        except (ImportError, AttributeError) as error:  # a release that is built otherwise
            _log_absent(error)

    finder.watch("opentelemetry.trace", imported)
    return lambda: undo[0]()


def _log_absent(error: Exception) -> None:
    import logging  # only where there is something to tell

    logging.getLogger("vedette").warning("the OpenTelemetry API that is installed can't be joined: %s", error)
