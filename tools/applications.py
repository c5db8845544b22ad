"""Runs test suites that nobody here wrote, with `vedette run` and without, and tells whether anything differs.

    python tools/applications.py                    every project below
    python tools/applications.py --project flask    one; the option can be given again

Each project's sources come from the package index, with the tests that they ship; it gets an environment of its own
under `.cache/applications/`. The results go to `docs/generated/applications.json`, and from there to the page beside
it. Exit code 1 if a test has another result under vedette.
"""

from __future__ import annotations

import argparse
import datetime
import json
import os
import sqlite3
import subprocess
import sys
import tarfile
import time
from pathlib import Path
from typing import NamedTuple
from xml.etree import ElementTree

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "src"), str(Path(__file__).resolve().parent)]

from tests.services import recorder as recorders  # noqa: E402

from generators.applications import RESULTS, Result  # noqa: E402  (the paths above come first)

CACHE = ROOT / ".cache" / "applications"
LONGEST = 1500
"""Seconds after which a suite is given up."""


class Project(NamedTuple):
    """A library whose sources have tests."""

    distribution: str
    version: str
    needs: tuple[str, ...] = ()
    """What its tests use beside itself and pytest."""
    arguments: tuple[str, ...] = ()
    """Of pytest: which tests."""
    known: tuple[tuple[str, str], ...] = ()
    """Tests whose result may be another one, and why."""
    settings: str = ""
    """Of a suite that Django's own `tests/runtests.py` runs in pytest's place: the settings that it begins with."""
    options: tuple[tuple[str, str], ...] = ()
    """Of vedette: what its tests can't be run without."""

    @property
    def name(self) -> str:
        """For the command line and for folders."""
        return self.distribution.lower()


PROJECTS = (
    Project("Flask", "3.1.3", ("python-dotenv", "asgiref"), ("tests",)),
    Project("Werkzeug", "3.1.9", ("ephemeral-port-reserve", "watchdog", "cryptography", "pytest-timeout"),
            ("tests", "--ignore=tests/test_serving.py")),
    Project("Jinja2", "3.1.6", ("trio",), ("tests",)),
    Project("bottle", "0.13.4", ("mako", "jinja2"), ("-c", "/dev/null", "--rootdir=.", "test")),
    Project(
        "requests",
        "2.34.2",
        ("pytest-httpbin==2.1.0", "httpbin~=0.10.0", "pytest-mock", "trustme", "PySocks"),
        ("tests",),
        (
            (
                "tests.test_requests.TestRequests::test_response_iter_lines_reentrant",
                "expected to fail by its authors; it passes where lines are longer than 512 bytes, as where the "
                "server repeats the headers of a traced request in them",
            ),
        ),
    ),
    Project("httpx", "0.28.1", ("chardet==5.2.0", "trio", "trustme", "uvicorn", "cryptography", "h2", "zstandard",
                                "brotli", "socksio", "click", "pygments", "rich"), ("tests/client", "tests/models"),
            # They compare the headers of requests with what they expect, letter by letter.
            options=(("VEDETTE_HTTPX_DISTRIBUTED_TRACING", "false"),)),
    Project("starlette", "1.10.0", ("httpx", "anyio[trio]", "trio", "jinja2", "python-multipart", "itsdangerous",
                                    "pyyaml", "typing_extensions", "httpx2", "opentelemetry-sdk"), ("tests",)),
    # What goes through the hooks; what needs minutes of sleep (caches) or a browser does not.
    Project("Django", "5.2.19", ("unittest-xml-reporting", "jinja2"), (
        "handlers", "requests_tests", "urlpatterns", "urlpatterns_reverse", "asgi", "wsgi", "middleware",
        "middleware_exceptions", "test_client", "test_client_regress", "view_tests", "csrf_tests", "httpwrappers",
        "async", "responses", "template_tests", "template_backends", "shortcuts", "signals", "sessions_tests",
    ), settings="test_sqlite"),
    Project("celery", "5.7.0", ("pytest-celery", "pytest-subtests", "pytest-timeout", "pytest-click", "pytest-order",
                                "moto", "boto3", "pytz", "freezegun", "pydantic"),
            ("t/unit/app", "t/unit/tasks", "t/unit/worker"),
            (("t.unit.tasks.test_tasks.test_tasks::test_inherit_parent_priority_child_task",
              "compares what is sent, to which the headers of the trace belong"),)),
    # On SQLite: what goes through engines, connections, pools and sessions; what only compiles statements or maps
    # classes does not. Left out are tests that give the processes which they start a few seconds to end.
    Project("SQLAlchemy", "2.1.9", ("aiosqlite", "greenlet"), (
        "--maxfail=100000", "--deselect=test/base/test_concurrency.py::GreenletImportTests", "test/base",
        "test/engine", "test/dialect/sqlite", "test/dialect/test_suite.py",
        "test/ext/asyncio", "test/sql/test_query.py", "test/sql/test_resultset.py", "test/sql/test_returning.py",
        "test/orm/test_session.py", "test/orm/test_transaction.py", "test/orm/test_unitofworkv2.py",
    ), tuple(
        (f"test.sql.test_resultset.CursorResultTest_sqlite+pysqlite_{sqlite3.sqlite_version.replace('.', '_')}::{test}",
         "counts how often attributes of a cursor are read; the rows that the span tells are read once more")
        for test in ("test_no_rowcount_on_selects_inserts", "test_rowcount_always_called_when_preserve_rowcount")
    ), options=(("VEDETTE_SQLALCHEMY_ENABLED", "true"),)),
)  # fmt: skip


def main() -> int:
    """Runs the chosen suites."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--project", action="append", choices=[project.name for project in PROJECTS])
    chosen = parser.parse_args().project
    results = [run(project) for project in PROJECTS if not chosen or project.name in chosen]
    return 1 if any(result["differing"] for result in results) else 0


def run(project: Project) -> Result:
    """Runs one suite twice, and writes down what came of it."""
    print(f"{project.distribution} {project.version}: ", end="", flush=True)
    sources, python = unpacked(project), environment(project)
    with recorders.running() as recorder:
        bare, bare_seconds = outcomes(project, sources, python, "bare", ())
        hooked, seconds = outcomes(project, sources, python, "vedette", ("-m", "vedette", "run", "--"), recorder.url)
        spans = recorder.received().span_count
    all_differing = sorted(name for name in bare.keys() | hooked.keys() if bare.get(name) != hooked.get(name))
    reasons = dict(project.known)
    differing = [name for name in all_differing if name not in reasons]
    print(f"{passed(bare)} of {len(bare)} passed without, {passed(hooked)} with vedette; {spans} spans", flush=True)
    for name in all_differing:
        print(f"  {name}: {bare.get(name)}, with vedette {hooked.get(name)}")
    result: Result = {
        "project": project.distribution,
        "version": project.version,
        "tests": len(bare),
        "passed": passed(bare),
        "passed_with_vedette": passed(hooked),
        "differing": differing,
        "known": {name: reasons[name] for name in all_differing if name in reasons},
        "spans": spans,
        "seconds": round(bare_seconds, 1),
        "seconds_with_vedette": round(seconds, 1),
        "python": "{}.{}".format(*sys.version_info[:2]),
        "arguments": " ".join(project.arguments),
        "options": dict(project.options),
        "date": datetime.datetime.now(datetime.timezone.utc).date().isoformat(),
    }
    keep(result)
    return result


def passed(results: dict[str, str]) -> int:
    """How many tests passed."""
    return sum(1 for each in results.values() if each == "passed")


def unpacked(project: Project) -> Path:
    """The folder of the project's sources."""
    home = CACHE / project.name
    folder = home / "sources" / project.version
    if not folder.exists():
        wanted = f"{project.distribution}=={project.version}"
        options = ["--quiet", "--no-deps", "--no-binary", ":all:", "--dest", str(home)]
        subprocess.run([sys.executable, "-m", "pip", "download", *options, wanted], check=True, timeout=300)
        [archive] = home.glob(f"*{project.version}.tar.gz")
        with tarfile.open(archive) as opened:
            opened.extractall(home / "unpacking", filter="data")
        [top] = (home / "unpacking").iterdir()
        folder.parent.mkdir(parents=True, exist_ok=True)
        top.rename(folder)
    return folder


def environment(project: Project) -> Path:
    """The interpreter of the project's environment, with the released library and what its tests need."""
    home = CACHE / project.name / "environment"
    wanted = [f"{project.distribution}=={project.version}", "pytest<9", "click", "rich", *project.needs]
    record = home / "wanted.json"
    if not record.exists() or json.loads(record.read_text(encoding="utf-8")) != wanted:
        _uv("venv", "--quiet", "--clear", "--python", sys.executable, str(home))
        _uv("pip", "install", "--quiet", "--python", str(home / "bin" / "python"), *wanted)
        record.write_text(json.dumps(wanted), encoding="utf-8")
    return home / "bin" / "python"


def _uv(*arguments: str) -> None:
    subprocess.run([sys.executable, "-m", "uv", *arguments], check=True)


def outcomes(
    project: Project, sources: Path, python: Path, label: str, launcher: tuple[str, ...], agent: str = ""
) -> tuple[dict[str, str], float]:
    """Each test's result, and the seconds that all took."""
    report = CACHE / project.name / f"{label}.xml"
    report.unlink(missing_ok=True)
    suite = djangos(project, sources, report) if project.settings else pytests(report)
    command = [*((str(python), *launcher) if launcher else ()), str(python), *suite, *project.arguments]
    environ = {name: value for name, value in os.environ.items() if not name.startswith(("VEDETTE_", "DD_", "OTEL_"))}
    environ.update(PYTHONPATH=str(ROOT / "src"), PYTHONDONTWRITEBYTECODE="1", CI="")
    environ["PATH"] = f"{python.parent}{os.pathsep}{environ['PATH']}"
    if agent:
        environ.update(project.options, VEDETTE_AGENT_URL=agent)
    begun = time.monotonic()
    with (CACHE / project.name / f"{label}.log").open("w") as log:
        subprocess.run(command, cwd=sources, env=environ, stdout=log, stderr=log, timeout=LONGEST, check=False)
    return results_of(report), time.monotonic() - begun


def pytests(report: Path) -> list[str]:
    """pytest, with a report."""
    return ["-m", "pytest", "-q", "-p", "no:cacheprovider", f"--junit-xml={report}"]


def djangos(project: Project, sources: Path, report: Path) -> list[str]:
    """Django's own program, with a report of the same form by settings beside those that its tests have."""
    settings = f"""from {project.settings} import *

TEST_RUNNER = "xmlrunner.extra.djangotestrunner.XMLTestRunner"
TEST_OUTPUT_DIR, TEST_OUTPUT_FILE_NAME = {str(report.parent)!r}, {report.name!r}
"""
    (sources / "tests" / "reported.py").write_text(settings, encoding="utf-8")
    return ["-W", "ignore", "tests/runtests.py", "--settings=reported", "--parallel=1"]


def results_of(report: Path) -> dict[str, str]:
    """By the test's name. Raises FileNotFoundError if the suite did not get as far as to write a report."""
    found = {}
    for case in ElementTree.parse(report).getroot().iter("testcase"):
        bad = next((child.tag for child in case if child.tag in ("failure", "error", "skipped")), "passed")
        found[f"{case.get('classname')}::{case.get('name')}"] = bad
    return found


def keep(result: Result) -> None:
    """Puts the result in the place of the project's last one."""
    known: list[Result] = json.loads(RESULTS.read_text(encoding="utf-8")) if RESULTS.exists() else []
    others = [each for each in known if each["project"] != result["project"]]
    ordered = sorted([*others, result], key=lambda each: each["project"].lower())
    RESULTS.write_text(json.dumps(ordered, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
