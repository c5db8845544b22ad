"""vedette: APM tracer and in-app protection. The public API, nothing else.

Three equal doors: `vedette run COMMAND`, `import vedette.auto`, and `vedette.start()`.
"""

from __future__ import annotations

TYPE_CHECKING = False

if TYPE_CHECKING:
    from vedette import protection as protection
    from vedette.lifecycle import instrument, instrument_asgi, instrument_dbapi, instrument_wsgi, start, stop
    from vedette.tracing import Context, Span, Tracer, current_root_span, current_span, extract, inject
    from vedette.tracing.tracer import tracer
else:

    def __getattr__(name: str) -> object:
        """Loads the API when it is first asked for: the launcher, and a process in which vedette is off, never are."""
        if name == "protection":  # `vedette.protection.set_user(...)` after `import vedette` alone
            from importlib import import_module  # few ask for it

            return import_module("vedette.protection")
        if name not in __all__:
            raise AttributeError(f"module 'vedette' has no attribute {name!r}")
        from vedette._api import public  # not before

        globals().update(public(__all__))
        return globals()[name]


__all__ = [
    "Context",
    "Span",
    "Tracer",
    "current_root_span",
    "current_span",
    "extract",
    "inject",
    "instrument",
    "instrument_asgi",
    "instrument_dbapi",
    "instrument_wsgi",
    "start",
    "stop",
    "tracer",
]
