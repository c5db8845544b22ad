"""Where the public API comes from: the real one, or the one that does nothing where there is no native module."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

try:
    # Alone in its `try`: whatever goes wrong here is the loader's (no module, another platform's, a subinterpreter),
    # and an error in our Python code is never taken for it. `vedette._native` imports nothing by itself.
    import vedette._native  # noqa: F401  (that it loads is what matters)
except Exception as error:
    _native_error: Exception | None = error
else:
    _native_error = None


def public(names: Iterable[str]) -> dict[str, object]:
    """The objects of these names, which `vedette/__init__.py` says once, for people and for type checkers."""
    if _native_error is not None:  # the application must run all the same
        from vedette import absent  # only then

        absent.tell(_native_error)
        return {name: getattr(absent, name) for name in names}
    from vedette import lifecycle, tracing  # not where the native module is absent
    from vedette.tracing import tracer

    rooms = (tracer, lifecycle, tracing)
    return {name: next(getattr(room, name) for room in rooms if hasattr(room, name)) for name in names}
