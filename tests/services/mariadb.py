"""MariaDB, for every client of MySQL's protocol: one server per session, one fresh database per test."""

from __future__ import annotations

import contextlib
import itertools
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.services import process

# Tests want speed, and nothing from this data outlives them.
FAST = (
    "--innodb-flush-log-at-trx-commit=0",
    "--innodb-log-file-size=8M",
    "--innodb-buffer-pool-size=16M",
    "--performance-schema=OFF",
    "--skip-log-bin",
)


@dataclass
class MariaDB:
    """A running server; ``database()`` makes a database nobody else uses, ``options()`` says how to get there."""

    port: int
    host: str = "127.0.0.1"
    user: str = "test"
    password: str = "test"
    _numbers: Iterator[int] = field(default_factory=itertools.count)

    def options(self, database: str | None = None) -> dict[str, Any]:
        """The keyword arguments that every driver's ``connect`` takes; for a new database unless one is named."""
        where = {"host": self.host, "port": self.port, "user": self.user, "password": self.password}
        return {**where, "database": database or self.database()}

    def database(self) -> str:
        """Create an empty database and return its name."""
        name = f"test_{next(self._numbers)}"
        self.run(f"create database {name}")
        return name

    def run(self, statement: str, database: str = "mysql") -> str:
        """Run statements as root by the server's own client and return what it printed."""
        where = ["--protocol=tcp", f"--host={self.host}", f"--port={self.port}", "--user=root", "--skip-ssl"]
        command = [_program("mariadb"), "--no-defaults", *where, "--batch", "--skip-column-names", database]
        return subprocess.run(command, input=statement, check=True, capture_output=True, text=True).stdout.strip()


def _program(name: str) -> str:
    """One of the server's programs; Debian keeps some where only root's PATH leads."""
    found = shutil.which(name) or shutil.which(name, path="/usr/sbin:/usr/local/sbin:/opt/homebrew/bin")
    return found or process.missing(f"MariaDB's {name} is not installed")


@contextlib.contextmanager
def running() -> Iterator[MariaDB]:
    """A server with new tables and a user ``test`` (password ``test``) who may do everything."""
    programs = {name: _program(name) for name in ("mariadbd", "mariadb-install-db", "mariadb")}
    with process.served("maria", lambda home, port: _command(programs, home, port), _ready) as port:
        server = MariaDB(port)
        server.run(
            f"create user '{server.user}'@'%' identified by '{server.password}';"
            f"grant all on *.* to '{server.user}'@'%' with grant option"
        )
        yield server


def _command(programs: dict[str, str], home: Path, port: int) -> list[str]:
    data = home / "data"
    if not data.exists():
        install = ["--no-defaults", f"--datadir={data}", "--auth-root-authentication-method=normal", "--skip-test-db"]
        subprocess.run(
            process.unprivileged([programs["mariadb-install-db"], *install, "--innodb-log-file-size=8M"]),
            check=True,
            capture_output=True,
            cwd=home,
        )
    where = [f"--port={port}", "--bind-address=127.0.0.1", f"--socket={home}/s.sock", f"--pid-file={home}/p.pid"]
    # What the server may load and write beside its data: LOAD DATA and SELECT ... INTO OUTFILE stay in its folder.
    return process.unprivileged(
        [programs["mariadbd"], "--no-defaults", f"--datadir={data}", *where, f"--secure-file-priv={home}", *FAST]
    )


def _ready(port: int) -> bool:
    try:
        return "MariaDB" in MariaDB(port).run("select version()")
    except subprocess.CalledProcessError:
        return False
