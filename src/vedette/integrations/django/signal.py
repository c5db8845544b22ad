"""Receivers of signals: a span for each, where asked for."""

from __future__ import annotations

from vedette.instrument import Call
from vedette.instrument.families.met import Met
from vedette.integrations.django.names import path_of
from vedette.integrations.django.switches import switches
from vedette.operations import Task

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Any

    from vedette.instrument.installed import Installed


def install(installed: Installed) -> Callable[[], None]:
    """Hooks receivers when a signal is about to call them for the first time."""
    if not switches.values["instrument_signals"]:
        return lambda: None
    met = Met(installed)

    def sending(call: Call) -> None:
        call.target = call.target  # said explicitly: the receivers are its result

    def found(call: Call, receivers: Any) -> None:
        for receiver in _flat(receivers):
            met.hook(receiver, _describe(path_of(getattr(receiver, "__func__", receiver))))

    undo = installed.around("django.dispatch.dispatcher:Signal._live_receivers", sending, found)

    def off() -> None:
        undo()
        met.undo()

    return off


def _describe(resource: str) -> Callable[[Call], Task]:
    return lambda call: Task("django.signal", resource)


def _flat(receivers: Any) -> Iterator[Any]:
    """Functions and methods; since 5.0 in two lists, of synchronous ones and others."""
    for each in receivers:
        if isinstance(each, (list, tuple)):
            yield from _flat(each)
        elif callable(each):
            yield each
