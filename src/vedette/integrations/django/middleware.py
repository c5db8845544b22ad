"""Middleware: a span for each, and for each of its hooks; functions made by factories, and classes old and new."""

from __future__ import annotations

import sys

from vedette.instrument import Call
from vedette.instrument.families.met import Met
from vedette.integrations.django.names import path_of
from vedette.integrations.django.switches import switches
from vedette.operations import Task

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from types import MethodType
    from typing import Any

    from vedette.instrument.installed import Installed

NAME = "django.middleware"
METHODS = (
    "__call__",
    "__acall__",
    "process_request",
    "process_view",
    "process_template_response",
    "process_exception",
    "process_response",
)


def install(installed: Installed) -> Callable[[], None]:
    """Hooks what a handler has loaded, when it has."""
    if not switches.on("middleware"):
        return lambda: None
    met = Met(installed)

    def loading(call: Call) -> None:
        call.target = call.target  # said explicitly: its end is to be told

    def loaded(call: Call, _: object) -> None:
        for path in _configured():
            _hook_class(met, path)

    undo = [installed.around("django.core.handlers.base:BaseHandler.load_middleware", loading, loaded)]
    convert = "django.core.handlers.exception:convert_exception_to_response"
    if "django.core.handlers.exception" in sys.modules:  # since 1.10, where functions became middleware
        undo.append(installed.around(convert, lambda call: _hook_function(met, call.args[0])))

    def off() -> None:
        for each in undo:
            each()
        met.undo()

    return off


def _configured() -> Iterable[str]:
    settings = sys.modules["django.conf"].settings
    return [*(getattr(settings, "MIDDLEWARE", None) or ()), *(getattr(settings, "MIDDLEWARE_CLASSES", None) or ())]


def _hook_class(met: Met, path: str) -> None:
    module, _, name = path.rpartition(".")
    kind = getattr(sys.modules.get(module), name, None)
    if isinstance(kind, type):
        for method in METHODS:
            met.hook(getattr(kind, method, None), _method(method))


def _method(name: str) -> Callable[[Call], Task | None]:
    shown = "__call__" if name == "__acall__" else name

    def describe(call: Call) -> Task | None:
        instance = call.instance
        if name == "__call__" and _only_makes_a_coroutine(instance):
            return None
        return Task(NAME, f"{path_of(type(instance))}.{shown}")

    return describe


def _only_makes_a_coroutine(middleware: Any) -> bool:
    """Whether `MiddlewareMixin.__call__` hands over to `__acall__`."""
    known = vars(middleware)
    return bool(known.get("async_mode", known.get("_is_coroutine") is not None)) and hasattr(middleware, "__acall__")


def _hook_function(met: Met, function: MethodType | Any) -> None:
    if type(function) is type(_hook_function):  # handlers' own methods, and instances of middleware, are none
        resource = path_of(function)
        met.hook(function, lambda call: Task(NAME, resource))
