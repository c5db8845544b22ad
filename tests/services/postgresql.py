"""PostgreSQL: one server per session, one fresh database per test."""

from __future__ import annotations

import contextlib
import itertools
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from tests.services import process

# Debian keeps the server's programs off PATH, one folder per version.
FOLDERS = ("/usr/lib/postgresql/*/bin", "/opt/homebrew/opt/postgresql@*/bin", "/usr/local/opt/postgresql@*/bin")


@dataclass
class PostgreSQL:
    """A running server; ``database()`` gives a DSN nobody else uses."""

    port: int
    programs: Path
    _numbers: Iterator[int] = field(default_factory=itertools.count)

    def dsn(self, database: str = "postgres") -> str:
        """The connection string of a database."""
        return f"postgresql://postgres@127.0.0.1:{self.port}/{database}"

    def database(self) -> str:
        """Create an empty database and return its DSN."""
        name = f"test_{next(self._numbers)}"
        self.run(f"create database {name}")
        return self.dsn(name)

    def run(self, statement: str, database: str = "postgres") -> str:
        """Run one statement by psql and return what it printed."""
        command = [str(self.programs / "psql"), "-X", "-A", "-t", "-w", "-d", self.dsn(database), "-c", statement]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


def programs() -> Path | None:
    """The folder that holds initdb, newest version first."""
    found = [
        match for pattern in FOLDERS for match in Path("/").glob(pattern.lstrip("/")) if (match / "initdb").exists()
    ]
    on_path = shutil.which("initdb")
    return max(found, key=str, default=Path(on_path).resolve().parent if on_path else None)


@contextlib.contextmanager
def running() -> Iterator[PostgreSQL]:
    """A server with a new cluster, durable nothing: tests want speed."""
    where = programs()
    if where is None:
        process.missing("PostgreSQL's initdb is not installed")
    with process.served("pg", lambda home, port: _command(where, home, port), lambda port: _ready(where, port)) as port:
        yield PostgreSQL(port, where)


def _command(where: Path, home: Path, port: int) -> list[str]:
    data = home / "data"
    if not data.exists():
        initdb = [
            str(where / "initdb"),
            "-D",
            str(data),
            "-U",
            "postgres",
            "-A",
            "trust",
            "--no-sync",
            "-E",
            "UTF8",
            "--locale=C.UTF-8",
        ]
        subprocess.run(process.unprivileged(initdb), check=True, capture_output=True, cwd=home)
    fast = [part for option in ("fsync", "synchronous_commit", "full_page_writes") for part in ("-c", f"{option}=off")]
    return process.unprivileged(
        [str(where / "postgres"), "-D", str(data), "-p", str(port), "-h", "127.0.0.1", "-k", str(home), *fast]
    )


def _ready(where: Path, port: int) -> bool:
    try:
        return PostgreSQL(port, where).run("select version()").startswith("PostgreSQL")
    except subprocess.CalledProcessError:
        return False
