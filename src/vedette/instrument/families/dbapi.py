"""PEP 249 drivers: statements through cursors, commits and rollbacks through connections.

Drivers written in Python are hooked in their methods, synchronous or not. Those written in C take hooked subclasses
of their connection and cursor (see `subclasses`), or stay behind proxies (`proxies`). A driver's file says who it is
by one `Driver`, and which of its classes do what. The describers are in `statements` and `database_steps`.
"""

from __future__ import annotations

from vedette.instrument.families.database_steps import connecting, fetch, transaction
from vedette.instrument.families.remembered import ConnectionFacts, LastStatements
from vedette.instrument.families.statement_comments import placing, unless_prepared
from vedette.instrument.families.statements import LastingQuery, count, counted, query, statement
from vedette.instrument.integration import Around, Setup, option

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from typing import Any

    from vedette._native import Call
    from vedette.instrument.installed import Installed
    from vedette.operations import Query

    Describe = Callable[[Call], Any]

FETCHES = ("fetchone", "fetchmany", "fetchall")
TRANSACTIONS = ("commit", "rollback")


class Driver:
    """One library: what its spans are called, which system it talks to, and what a connection tells of its server.

    `vendor` begins the names of statements (`postgres.query`), `module` those of what connections do
    (`psycopg.connection.commit`). `facts` asks a connection for attributes, once; `connection_of` finds a cursor's
    connection where that is not `cursor.connection`. A fact `db.system.name` stands against `system`. `prepares` tells
    cursors that must be given the same text each time, so no comments.
    """

    def __init__(
        self,
        vendor: str,
        system: str,
        module: str | None = None,
        facts: Callable[[Any], dict[str, Any]] | ConnectionFacts | None = None,
        connection_of: Callable[[Any], Any] | None = None,
        prepares: Callable[[Any], bool] | None = None,
    ) -> None:
        self.name = f"{vendor}.query"
        self.system = system
        self.module = module or vendor
        known = facts if facts is None or isinstance(facts, ConnectionFacts) else ConnectionFacts(facts, connection_of)
        if known is not None:
            known.system = system
        self.facts = known
        of = self.facts.of if self.facts else None
        of_cursor = self.of_cursor = self.facts.of_cursor if self.facts else None
        place = placing(system, batch=False)
        comment = unless_prepared(prepares, place) if prepares and place else place
        last = self.last = LastStatements()
        self.lasting = statement(self.name, system, of_cursor, comment=comment, kind=LastingQuery, last=last)
        """A describer for generators: the cursor knows at their end how many rows there were."""
        many = placing(system, batch=True)
        self.statement = statement(self.name, system, of_cursor, comment=comment, last=last)
        self.batch = statement(self.name, system, of_cursor, batch=True, comment=many, last=last)
        self.statements: dict[str, Describe] = {
            "execute": self.statement,
            "executemany": self.batch,
            "callproc": statement(self.name, system, of_cursor, last=last),
        }
        self.fetches: dict[str, Describe] = {
            name: fetch(f"{self.name}.{name}", system, of_cursor, last) for name in FETCHES
        }
        self.transactions: dict[str, Describe] = {
            name: transaction(f"{self.module}.connection.{name}", system, of) for name in TRANSACTIONS
        }
        self.shortcuts: dict[str, Describe] = {
            "execute": statement(self.name, system, of, comment=place),
            "executemany": statement(self.name, system, of, batch=True, comment=placing(system, batch=True)),
        }
        """For what connections offer of cursors: they make one, run the statement and return the cursor."""
        self.options = (
            option("trace_fetch_methods", False, "Whether reading rows makes spans."),
            option("trace_connect", False, "Whether connecting makes spans."),
        )

    def query(self, cursor: Any, text: Any) -> Query | None:
        """A statement of another kind, that `cursor` is about to run."""
        return query(self.name, self.system, cursor, text, self.of_cursor)

    def cursors(self, owner: str, *names: str, derived: bool = False) -> Iterator[Around | Setup]:
        """Hooks for a class of cursors: what PEP 249 knows, and `names` that take a statement as `execute` does.

        What a class inherits is hooked where it is defined; a `derived` class is named for what it overrides, if it
        does.
        """
        described = {**self.statements, **dict.fromkeys(names, self.statement)}
        execute = described.pop("execute")
        yield Around(f"{owner}.execute", execute, counted, optional=derived)
        yield from methods(owner, described, counted, optional=True)
        yield from methods(owner, self.fetches, counted, option="trace_fetch_methods", optional=True)
        yield Setup(owner.partition(":")[0], self._remembering)

    def reading(self, installed: Installed) -> dict[str, Describe]:
        """The describers of reading rows, if they are asked for: then they name the statement that rows are of."""
        asked: bool = installed.integration.values["trace_fetch_methods"]
        self.last.on = asked
        return self.fetches if asked else {}

    def _remembering(self, installed: Installed) -> Callable[[], None]:
        self.reading(installed)
        return self.last.forget

    def counted_in_result(self, call: Call, result: Any) -> None:
        """A shortcut ran: its result is the cursor."""
        operation = call.operation
        count(operation, result)
        if self.last.on and operation is not None:
            self.last.keep(result, operation.resource)

    def connections(self, owner: str) -> Iterator[Around]:
        """Hooks for a class of connections."""
        yield from methods(owner, self.transactions, optional=True)

    def connects(self, target: str, name: str | None = None) -> Iterator[Around]:
        """A hook for what makes a connection: a function that returns it, or a method of its class."""
        describe = connecting(name or f"{self.module}.connect", self.system)
        yield Around(target, describe, self.connected, option="trace_connect", optional=True)

    def connected(self, call: Call, result: Any) -> None:
        """A connection is made: now it can tell to what."""
        if call.span is not None and self.facts is not None:
            call.span.set_attributes(self.facts.of(call.instance if result is None else result) or {})


def methods(
    owner: str,
    describers: dict[str, Describe],
    after: Callable[[Call, Any], Any] | None = None,
    option: str | None = None,
    optional: bool = False,
) -> Iterable[Around]:
    """Hooks for the methods of a class that is written in Python."""
    return (
        Around(f"{owner}.{name}", describe, after, optional=optional, option=option)
        for name, describe in describers.items()
    )
