"""A statement or command sent to a datastore."""

from __future__ import annotations

from vedette.operations.operation import Operation

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from vedette._native import Call, Span


class Query(Operation):
    """SQL, key-value, document or search: one round trip to a datastore."""

    __slots__ = (
        "attributes",
        "batch",
        "comment",
        "cursor",
        "document",
        "protection",
        "rows",
        "server",
        "system",
        "type",
    )

    def __init__(
        self,
        name: str | None,
        system: str,
        text: str | None,
        server: dict[str, Any] | None = None,
        type: str = "sql",
        batch: bool = False,
        cursor: object = None,
        comment: Callable[[Call, str, str], bool] | None = None,
    ) -> None:
        self.name = name
        self.resource = text
        """The statement as given; literals are obfuscated before it leaves the process."""
        self.service = None
        self.inject_into = None
        self.kind = "client"
        self.type = type
        self.system = system
        """`db.system.name` of the OpenTelemetry conventions."""
        self.server = server
        """Attributes of the connection, made once per connection: `server.address`, `server.port`, `db.namespace`...

        A `db.system.name` among them is that of the span.
        """
        self.batch = batch
        """Whether one statement runs with many sets of parameters."""
        self.rows: int | None = None
        """Rows returned or affected, where the library tells."""
        self.attributes: dict[str, Any] | None = None
        self.comment = comment
        """How a comment for the database's monitoring gets into the call, where it may."""
        self.cursor = cursor
        """What runs it; what that needs in order to run it is no statement of its own."""
        self.document: Any = None
        """The query of a document database, as dictionaries and lists."""
        self.protection: Any = None

    @property
    def text(self) -> str | None:
        """The statement."""
        return self.resource

    def begin(self, span: Span) -> None:
        """System and server."""
        server = self.server
        if server is None or "db.system.name" not in server:
            span.set_attribute("db.system.name", self.system)
        if server:
            span.set_attributes(server)
        if self.batch:
            span.set_attribute("sql.executemany", "true")

    def end(self, span: Span) -> None:
        """Rows, and what the library adds."""
        if self.rows is not None:
            span.set_attribute("db.response.returned_rows", self.rows)
        if self.attributes:
            span.set_attributes(self.attributes)
