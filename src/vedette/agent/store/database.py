"""The database file: opened, locked, brought to the current schema, or refused with a reason and a way out."""

from __future__ import annotations

import contextlib
from importlib import resources
from pathlib import Path

import duckdb

from vedette.agent.options import default_data_folder
from vedette.agent.store.rollups import Rollups, begin_anew

FILE = "traces.duckdb"
# External access goes off last: nothing in a query may read files or load extensions, whatever is typed into a page.
SAFETY = (
    "SET autoinstall_known_extensions = false",
    "SET autoload_known_extensions = false",
    "SET preserve_insertion_order = false",
    "SET enable_external_access = false",
    "SET lock_configuration = true",
)


class StoreError(Exception):
    """The database can't be used; the text says why and what to do."""


class Database:
    """An open database. Each thread asks for its own cursor."""

    def __init__(self, folder: Path | None = None, memory_limit: str = "256MB") -> None:
        """Opens (and makes or migrates) the database in `folder`, or one in memory.

        Raises:
            StoreError: the folder or file can't be used.
        """
        self.path = None if folder is None else folder / FILE
        if folder is not None:
            _make_folder(folder)
        self.rollups = Rollups()
        """Figures made of its spans."""
        self._settings = {"threads": "2", "memory_limit": memory_limit}
        self._connection = self._open()

    def cursor(self) -> duckdb.DuckDBPyConnection:
        """A connection of its own to the same data, for one thread."""
        return self._connection.cursor()

    def reopen(self) -> None:
        """Opens the file anew after an error that left the database unusable; what was committed is still there.

        Raises:
            StoreError: it can't be opened.
        """
        if self.path is not None:
            self.close()
            self._connection = self._open()

    def close(self) -> None:
        """Writes everything down and gives the lock back."""
        # An unusable database can't be closed properly; its lock goes with the object.
        with contextlib.suppress(duckdb.Error):
            self._connection.close()

    def _open(self) -> duckdb.DuckDBPyConnection:
        target = ":memory:" if self.path is None else str(self.path)
        is_new = self.path is not None and _is_new(self.path)
        connection = None
        try:
            connection = duckdb.connect(target, config=dict(self._settings))
            migrate(connection)
            begin_anew(connection)
            for statement in SAFETY:
                connection.execute(statement)
        except (duckdb.Error, UnicodeDecodeError) as error:
            if connection is not None:
                connection.close()
            if is_new and self.path is not None:
                _remove(self.path)
            raise StoreError(explain(error, self.path)) from error
        return connection


def _is_new(path: Path) -> bool:
    """Whether there is no database yet. An empty file is what a full disk left of a first start; DuckDB refuses it."""
    with contextlib.suppress(OSError):
        if path.is_file() and path.stat().st_size == 0:
            path.unlink()
    return not path.exists()


def _remove(path: Path) -> None:
    """Half a new database would be in the way of the next start."""
    for part in (path, path.with_name(f"{path.name}.wal")):
        with contextlib.suppress(OSError):
            part.unlink()


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise StoreError(
            f"cannot make the data folder {folder}: {error.strerror}. Choose another with --data."
        ) from error


def explain(error: Exception, path: Path | None) -> str:
    """What a failure to open means to the user."""
    first = str(error).strip().split("\n")[0]
    if "lock on file" in str(error) or "being used by another process" in str(error):
        what = f"{path} is in use by another process (an agent that runs already?)"
        return f"{what}. Stop it, or use --data or --memory. ({first})"
    if isinstance(error, duckdb.IOException) and "ead-only file" in first:
        return (
            f"{path} is on a disk that can only be read. Choose another folder with --data, or use --memory. ({first})"
        )
    if is_full(error):
        return f"the disk of {path} is full. Make room, choose another folder with --data, or use --memory. ({first})"
    if isinstance(error, duckdb.IOException) and "ermission" in first:
        return f"no permission to use {path}. Choose another folder with --data, or use --memory. ({first})"
    return (
        f"cannot read {path}: {first.rstrip('.!')}. It may be damaged, or of a newer version. Move it away to start "
        f"empty ({_clean(path)} removes it), or use --data with another folder, or --memory."
    )


def is_full(error: Exception) -> bool:
    """Whether there is no room on the disk, or no more than a limit of this process or user allows."""
    text = str(error)
    return "No space left" in text or "File too large" in text or "quota exceeded" in text


def _clean(path: Path | None) -> str:
    """The command that removes what is there."""
    if path is None or path.parent == default_data_folder():
        return "vedette clean"
    return f"vedette clean --data {path.parent}"


def migrate(connection: duckdb.DuckDBPyConnection) -> None:
    """Brings the schema to the newest version, one numbered file after the other, each in a transaction.

    Raises:
        duckdb.Error: the database is of a newer version of vedette, or a step failed.
    """
    connection.execute("CREATE TABLE IF NOT EXISTS schema_version (version INTEGER NOT NULL)")
    done, steps = applied(connection), migrations()
    if unknown := done - steps.keys():
        raise duckdb.NotSupportedError(f"schema version {max(unknown)}, this vedette knows {max(steps)}")
    for version in sorted(steps.keys() - done):
        connection.begin()
        connection.execute(steps[version])
        connection.execute("INSERT INTO schema_version VALUES (?)", [version])
        connection.commit()


def applied(connection: duckdb.DuckDBPyConnection) -> set[int]:
    """The numbers of the migrations that a database has had."""
    return {int(row[0]) for row in connection.execute("SELECT version FROM schema_version").fetchall()}


def migrations() -> dict[int, str]:
    """The statements of each schema version, by the number in front of the file's name."""
    folder = resources.files("vedette.agent.store") / "migrations"
    files = [file for file in folder.iterdir() if file.name.endswith(".sql")]
    return {int(file.name.partition("_")[0]): file.read_text(encoding="utf-8") for file in files}
