"""Install the servers and programs that the tests talk to, and the headers of drivers that have no wheels.

    python tools/services.py install     what is missing, by apt-get (Debian, Ubuntu)
    python tools/services.py list        what is here and what is not

The tests start everything themselves, on ephemeral loopback ports.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
from pathlib import Path

# Debian package -> a program that proves it is there (a name on PATH, or a pattern below /).
PACKAGES = {
    "redis-server": "redis-server",
    "postgresql": "usr/lib/postgresql/*/bin/initdb",
    "mariadb-server": "mariadbd",
    "unixodbc": "odbcinst",
    "libsqliteodbc": "usr/lib/*/odbc/libsqlite3odbc.so",
    "odbc-postgresql": "usr/lib/*/odbc/psqlodbcw.so",
    "odbc-mariadb": "usr/lib/*/odbc/libmaodbc.so",
    "chromium": "chromium",
    "chromium-driver": "chromedriver",
    # headers, for drivers that are compiled where they are installed (requirements/compiled.txt)
    "pkg-config": "pkg-config",
    "default-libmysqlclient-dev": "usr/lib/*/pkgconfig/mysqlclient.pc",
    "libmariadb-dev": "usr/include/mariadb/mysql.h",
}
# RUNLEVEL=1 keeps the packages' scripts from starting a system service on the default port.
QUIET = ("env", "DEBIAN_FRONTEND=noninteractive", "RUNLEVEL=1")


def present(program: str) -> bool:
    """Whether the program that proves a package is on this machine."""
    return any(Path("/").glob(program)) if "/" in program else shutil.which(program) is not None


def absent() -> list[str]:
    """The packages whose program is missing."""
    return [package for package, program in PACKAGES.items() if not present(program)]


def install() -> int:
    """Install what is missing; 0 if everything is there in the end."""
    wanted = absent()
    if not wanted:
        print("services: everything is installed")
        return 0
    become_root = _become_root()
    if become_root is None:
        print(
            f"services: missing {', '.join(wanted)}; install them by hand: this needs apt-get, and root or sudo",
            file=sys.stderr,
        )
        return 1
    steps = (["update", "-q"], ["install", "-q", "-y", "--no-install-recommends", *wanted])
    worked = all(_apt(become_root, step) for step in steps)
    return 0 if worked and not absent() else 1


def _become_root() -> list[str] | None:
    """What to put before a command so that it runs as root; None if there is no way."""
    if shutil.which("apt-get") is None:
        return None
    if os.geteuid() == 0:
        return []
    return ["sudo", "-n"] if shutil.which("sudo") else None


def _apt(become_root: list[str], step: list[str]) -> bool:
    command = [*become_root, *QUIET, "apt-get", *step]
    print("+", " ".join(command), flush=True)
    return subprocess.run(command, check=False).returncode == 0


def show() -> int:
    """Say for each package whether it is here; 1 if one is not."""
    missing = absent()
    for package in PACKAGES:
        print(f"{package:28} {'missing' if package in missing else 'installed'}")
    return 1 if missing else 0


def main() -> int:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("action", choices=["install", "list"])
    return install() if parser.parse_args().action == "install" else show()


if __name__ == "__main__":
    sys.exit(main())
