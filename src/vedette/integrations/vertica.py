"""vertica-python: one span per statement, COPY, and reading of rows, which leave the server as they are read."""

from __future__ import annotations

from vedette.instrument import Around, Integration, option
from vedette.instrument.families import database_steps, dbapi, statements

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def gather(connection: Any) -> dict[str, Any]:
    """What the connection was made with."""
    options = connection.options
    return {
        "server.address": options.get("host"),
        "server.port": options.get("port"),
        "db.namespace": options.get("database"),
        "db.user": options.get("user"),
    }


DRIVER = dbapi.Driver("vertica", "vertica", facts=gather)
READING = {
    name: database_steps.fetch(f"vertica.{name}", DRIVER.system, DRIVER.of_cursor)
    for name in ("fetchone", "fetchmany", "fetchall", "nextset")
}
CURSOR = "vertica_python.vertica.cursor:Cursor"


integration = Integration(
    "vertica",
    title="Vertica",
    distribution="vertica-python",
    modules=["vertica_python"],
    floor="0.6",
    tested=["0.6.0", "0.7.4", "0.11.0", "1.0.5", "1.3.8", "latest"],
    pins={"<0.7": ["future", "psycopg2-binary"], "<1.0": ["six"]},
    docs="https://github.com/vertica/vertica-python",
    conventions="database",
    service="vertica",
    protection=["sql-injection"],
    options=[option("trace_fetch_methods", True, "Whether reading rows makes spans.")],
    needs=["vertica stub"],
    notes="The tests use a stand-in for the server. vertica-python 0.6 itself can't connect on Python 3.10 and newer.",
    hooks=[
        Around(f"{CURSOR}.execute", DRIVER.statement),
        Around(f"{CURSOR}.executemany", DRIVER.batch, optional=True),
        Around(f"{CURSOR}.copy", statements.statement("vertica.copy", DRIVER.system, DRIVER.of_cursor)),
        *dbapi.methods(CURSOR, READING, statements.counted, option="trace_fetch_methods"),
    ],
)
