"""Caches: a span per operation, whatever the backend. Those that ask a server are told of by their clients anyway."""

from __future__ import annotations

from vedette.instrument import Call
from vedette.instrument.families.met import Met
from vedette.integrations.django.names import path_of
from vedette.integrations.django.switches import switches
from vedette.operations import Task

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from vedette.instrument.installed import Installed

SINGLE = ("get", "set", "add", "incr", "decr", "delete")
MANY = ("get_many", "set_many", "delete_many")
MOST_KEYS = 100
"""Keys that are told of one operation."""


def install(installed: Installed) -> Callable[[], None]:
    """Hooks a backend's class when the first cache of it is made."""
    if not switches.on("caches"):
        return lambda: None
    met = Met(installed)

    def made(call: Call) -> None:
        kind = type(call.instance)
        for name in (*SINGLE, *MANY):
            method = getattr(kind, name, None)
            met.hook(method, _describe(name, f"{getattr(method, '__module__', '')}.{name}".lower()), _counted)

    undo = installed.around("django.core.cache.backends.base:BaseCache.__init__", made)

    def off() -> None:
        undo()
        met.undo()

    return off


def _describe(name: str, resource: str) -> Callable[[Call], Task]:
    def operation(call: Call) -> Task:
        task = Task("django.cache", resource, {"django.cache.backend": path_of(type(call.instance))})
        task.type = "cache"
        task.service = switches.values["cache_service"] or None
        if task.attributes is not None:
            task.attributes["django.cache.key"] = _keys(call.args[1:2], name in MANY)
        return task

    return operation


def _keys(given: tuple[Any, ...], several: bool) -> str:
    if not given:
        return ""
    if not several:
        return str(given[0])
    if not isinstance(given[0], (list, tuple, dict, set, frozenset)):
        return ""  # an iterator, which is not ours to consume
    return " ".join(str(key) for key, _ in zip(given[0], range(MOST_KEYS)))


def _counted(call: Call, result: Any) -> None:
    """A read ended: how much was there."""
    if call.span is None or call.operation is None:
        return
    name = (call.operation.resource or "").rpartition(".")[2]
    rows = len(result) if name == "get_many" and hasattr(result, "__len__") else 0
    if name == "get":
        rows = 0 if result is None or result is call.arg(1, "default") else 1
    call.span.set_attribute("db.response.returned_rows", rows)
