"""Databases: the drivers tell of statements; here they learn which of Django's databases they belong to."""

from __future__ import annotations

from vedette.instrument import Call
from vedette.integrations.django.switches import switches
from vedette.operations import Query

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from vedette.instrument.installed import Installed


class Databases:
    """Listens to statements, and knows whose connections they use."""

    def __init__(self) -> None:
        from weakref import ref  # a declaration must be cheap to import; Django has it loaded

        self._ref: Any = ref  # connections themselves, of some drivers, can't be held weakly
        self._wrappers: dict[int, Any] = {}

    def connected(self, call: Call, _: object) -> None:
        """`BaseDatabaseWrapper.connect` returned."""
        self._wrappers = {key: kept for key, kept in self._wrappers.items() if _connection(kept()) == key}
        wrapper = call.instance
        self._wrappers[_connection(wrapper)] = self._ref(wrapper)

    def before(self, call: Call) -> None:
        """A statement is about to run."""
        cursor, span = call.operation.cursor, call.span
        kept = self._wrappers.get(id(getattr(cursor, "connection", cursor)))
        wrapper = kept() if kept is not None else None
        if span is None or wrapper is None:
            return
        span.set_attributes({"django.db.alias": wrapper.alias, "django.db.vendor": wrapper.vendor})
        service = _service(wrapper.alias)
        if service:
            span.service = service

    def learned(self, operation: Any, what: str) -> None:
        """Statements tell no more."""

    def after(self, call: Call) -> None:
        """Nor at their end."""

    def failed(self, call: Call, error: BaseException) -> bool:
        """Nothing to give in the place of an exception."""
        return False


def _connection(wrapper: Any) -> int:
    """Identity of the driver's connection that Django's wrapper holds at present."""
    return id(getattr(wrapper, "connection", None))


def _service(alias: str) -> str:
    values = switches.values
    named: str = values["database_service"]
    prefix: str = values["database_service_name_prefix"]
    return named or (f"{prefix}{alias}db" if prefix else "")


def install(installed: Installed) -> Callable[[], None]:
    """Listens, where asked to."""
    if not switches.on("databases") and not _service("default"):
        return lambda: None
    databases = Databases()

    def connecting(call: Call) -> None:
        call.target = call.target  # said explicitly: its end is to be told

    undo = installed.around("django.db.backends.base.base:BaseDatabaseWrapper.connect", connecting, databases.connected)
    Query.listen(databases)

    def off() -> None:
        Query.unlisten(databases)
        undo()

    return off
