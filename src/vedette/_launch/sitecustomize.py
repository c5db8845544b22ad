"""Starts vedette in every Python process under `vedette run`.

This folder stands first on PYTHONPATH, so Python imports this module when it starts. It starts vedette, takes the
folder off `sys.path` again (child processes find it through the environment), and gives way to the `sitecustomize`
that Python would have found without it. Child processes may be of any Python: the syntax here is that of the oldest.
"""

import os
import sys


def _start():
    # type: () -> None
    """Starts vedette; whatever goes wrong becomes one line on standard error."""
    try:
        if sys.version_info < (3, 9):  # noqa: UP036  (any Python may find this file on its path)
            raise ImportError("Python 3.9 or newer is needed")
        import vedette.auto  # noqa: F401  (importing it is what starts)
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # also the panics of native code, which are no Exception
        _warn(error)


def _warn(error):
    # type: (BaseException) -> None
    reason = "%s: %s" % (type(error).__name__, error)  # noqa: UP031  (runs on any Python)
    if getattr(error, "name", None) == "vedette":
        reason = "vedette is not installed for this Python"
    try:  # noqa: SIM105  (contextlib would be one more import for everybody)
        sys.stderr.write("vedette: %s runs without instrumentation (%s)\n" % (sys.executable, reason))  # noqa: UP031
    except Exception:  # standard error may be closed, and then nobody can be told
        pass


def _leave_path():
    # type: () -> None
    """Takes this folder off `sys.path`, so that nothing in it is found by the application."""
    folder = os.path.realpath(os.path.dirname(__file__))
    for entry in [entry for entry in sys.path if entry and os.path.realpath(entry) == folder]:
        sys.path.remove(entry)
        sys.path_importer_cache.pop(entry, None)


def _give_way():
    # type: () -> None
    """Imports the `sitecustomize` that this one hides; its errors are Python's to report, as they always were."""
    own = sys.modules.pop("sitecustomize", None)
    try:
        import sitecustomize  # type: ignore[import-not-found]  # noqa: F401
    except ImportError as error:
        if getattr(error, "name", "sitecustomize") != "sitecustomize":
            raise
    finally:
        # The import that is under way wants to find a module of this name.
        if own is not None:
            sys.modules.setdefault("sitecustomize", own)


_start()
_leave_path()
_give_way()
