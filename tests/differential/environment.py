"""The environment that both tracers run in: the reference, and the libraries; vedette comes along by PYTHONPATH."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
CACHE = ROOT / ".cache" / "differential"
REFERENCE = "ddtrace==4.16.0"
LIBRARIES = (
    "aiohttp",
    "aiomysql",
    "aiopg",
    "asyncpg",
    "bottle",
    "celery",
    "cherrypy",
    "django",
    "djangorestframework",
    "falcon",
    "fastapi",
    "flask",
    "httpx",
    "jinja2",
    "mariadb",
    "mysql-connector-python",
    "mysqlclient",
    "psycopg[binary]",
    "psycopg2-binary",
    "pymysql",
    "pyodbc",
    "pyramid",
    "redis",
    "requests",
    "sanic",
    "snowflake-connector-python",
    "sqlalchemy",
    "starlette",
    "tornado",
    "urllib3",
    "vertica-python",
)
# Of `vedette run`, and of test clients.
TOOLS = ("click", "rich")


def prepared() -> Path:
    """The interpreter of the environment, which is made on first use."""
    wanted = [REFERENCE, *LIBRARIES, *TOOLS]
    version = "{}.{}".format(*sys.version_info[:2])
    home = CACHE / f"{version}-{hashlib.sha256(' '.join(wanted).encode()).hexdigest()[:8]}"
    done = home / "complete"
    python = home / "bin" / "python"
    if not done.exists():
        _uv("venv", "--quiet", "--clear", "--python", sys.executable, str(home))
        _uv("pip", "install", "--quiet", "--python", str(python), "--constraint", str(_lock()), *wanted)
        done.touch()
    return python


def _lock() -> Path:
    """The versions that the other tests use."""
    return ROOT / "requirements" / "lock.txt"


def _uv(*arguments: str) -> None:
    subprocess.run([sys.executable, "-m", "uv", *arguments], check=True)
