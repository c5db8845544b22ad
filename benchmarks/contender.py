"""Who is measured: bare Python, vedette, ddtrace and OpenTelemetry, each in a virtual environment of its own.

The environments live under ``.cache/bench`` and are made on first use; delete the folder to get newer peers.
"""

from __future__ import annotations

import platform
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
CACHE = ROOT / ".cache" / "bench"
WEB = ("flask", "django", "fastapi", "httpx", "requests", "urllib3", "aiohttp")
DRIVERS = (
    *("aiomysql", "aiopg", "aiosqlite", "asyncmy", "asyncpg", "mariadb", "mysql-connector-python", "mysqlclient"),
    *("psycopg[binary]", "psycopg2-binary", "pymysql", "pyodbc", "snowflake-connector-python<5", "sqlalchemy"),
    "vertica-python",
)
"""Some are built from source, which needs libraries that not every machine has: those are not measured there."""
OTEL = "opentelemetry-instrumentation-"
PACKAGES = {
    "bare": WEB,
    "vedette": WEB,
    "ddtrace": (*WEB, "ddtrace"),
    "opentelemetry": (
        *WEB,
        "opentelemetry-distro",
        "opentelemetry-exporter-otlp-proto-http",
        *(OTEL + library for library in ("flask", "django", "fastapi", "sqlite3")),
    ),
}
LAUNCHERS = {
    "bare": (),
    "vedette": ("vedette", "run", "--"),
    "ddtrace": ("ddtrace-run",),
    "opentelemetry": ("opentelemetry-instrument",),
}


@dataclass(frozen=True)
class Contender:
    """One environment and how to start and configure what is in it."""

    name: str
    home: Path
    agent_port: int

    @property
    def python(self) -> Path:
        """The interpreter."""
        return self.home / "bin" / "python"

    @property
    def launcher(self) -> tuple[str, ...]:
        """The command line's beginning that instruments what follows."""
        first, *rest = LAUNCHERS[self.name] or ("",)
        return (str(self.home / "bin" / first), *rest) if first else ()

    @property
    def settings(self) -> dict[str, str]:
        """Send spans to the null agent, and nothing else to anybody."""
        url = f"http://127.0.0.1:{self.agent_port}"
        return {
            "bare": {},
            # Protection has promises of its own; the peers' is off here too.
            "vedette": {"VEDETTE_AGENT_URL": url, "VEDETTE_SERVICE": "bench", "VEDETTE_PROTECTION": "off"},
            "ddtrace": {
                "DD_TRACE_AGENT_URL": url,
                "DD_SERVICE": "bench",
                "DD_INSTRUMENTATION_TELEMETRY_ENABLED": "false",
                "DD_REMOTE_CONFIGURATION_ENABLED": "false",
            },
            "opentelemetry": {
                "OTEL_EXPORTER_OTLP_ENDPOINT": url,
                "OTEL_EXPORTER_OTLP_PROTOCOL": "http/protobuf",
                "OTEL_SERVICE_NAME": "bench",
                "OTEL_METRICS_EXPORTER": "none",
                "OTEL_LOGS_EXPORTER": "none",
            },
        }[self.name]

    def version(self) -> str:
        """The version measured."""
        if self.name == "bare":
            return platform.python_version()
        package = {"opentelemetry": "opentelemetry-sdk"}.get(self.name, self.name)
        ask = "import sys, importlib.metadata; print(importlib.metadata.version(sys.argv[1]))"
        return subprocess.check_output([str(self.python), "-c", ask, package], text=True).strip()


def prepare(name: str, agent_port: int, build: bool) -> Contender:
    """The contender, its environment made if it is not there yet; vedette is built anew if ``build`` says so."""
    home = CACHE / name
    drivers = () if name == "opentelemetry" else DRIVERS
    done, wanted = home / "complete", " ".join((*PACKAGES[name], *drivers))
    if not done.exists():
        print(f"making the environment of {name} ...", file=sys.stderr, flush=True)
        shutil.rmtree(home, ignore_errors=True)
        _run(["uv", "venv", "-q", "--python", sys.executable, str(home)], [sys.executable, "-m", "venv", str(home)])
        if name == "vedette":
            build = True
    if not done.exists() or done.read_text() != wanted:
        _install(home, *PACKAGES[name])
        for driver in drivers:
            _install_if_possible(home, driver)
        done.write_text(wanted)
    if name == "vedette" and build:
        _install_this_tree(home)
    return Contender(name, home, agent_port)


def _install_if_possible(home: Path, package: str) -> None:
    try:
        _install(home, package)
    except subprocess.CalledProcessError:
        print(f"{package} can't be installed here: it is not measured", file=sys.stderr, flush=True)


def _install_this_tree(home: Path) -> None:
    """Build what is here, as it is now, the way users get it: a release wheel."""
    wheels = CACHE / "wheels"
    shutil.rmtree(wheels, ignore_errors=True)
    maturin = [sys.executable, "-m", "maturin", "build", "--release", "-q", "-i", str(home / "bin" / "python")]
    subprocess.run([*maturin, "-o", str(wheels)], cwd=ROOT, check=True)
    _install(home, "--reinstall-package", "vedette", *map(str, wheels.glob("*.whl")))


def _install(home: Path, *words: str) -> None:
    python = str(home / "bin" / "python")
    plain = [word for word in words if word not in ("--reinstall-package", "vedette")]
    _run(["uv", "pip", "install", "-q", "--python", python, *words], [python, "-m", "pip", "install", "-q", *plain])


def _run(with_uv: list[str], without: list[str]) -> None:
    subprocess.run(with_uv if shutil.which("uv") else without, check=True)
