"""`manage.py` under `vedette run`: commands, and the server that loads itself anew when a file changes."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import vedette

pytest.importorskip("django")

SOURCE = str(Path(vedette.__path__[0]).parent)
FILES = {
    "manage.py": """
        import os, sys
        os.environ["DJANGO_SETTINGS_MODULE"] = "site_settings"
        from django.core.management import execute_from_command_line
        execute_from_command_line(sys.argv)
    """,
    "site_settings.py": """
        SECRET_KEY, DEBUG, ALLOWED_HOSTS, ROOT_URLCONF, USE_TZ = "not a secret", True, ["*"], "site_urls", True
        INSTALLED_APPS = ["django.contrib.contenttypes", "django.contrib.auth", "django.contrib.staticfiles"]
        STATIC_URL, MIDDLEWARE_CLASSES = "/static/", []
        DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": "site.sqlite3"}}
    """,
    "site_urls.py": """
        from django.http import HttpResponse
        try:
            from django.urls import re_path as url
        except ImportError:
            from django.conf.urls import url
        urlpatterns = [url("^page$", lambda request: HttpResponse("first"))]
    """,
}


class Project:
    """A project in a folder."""

    def __init__(self, folder: Path, backend: str) -> None:
        self.folder = folder
        for name, text in FILES.items():
            self.write(name, text)
        self.environ = {key: value for key, value in os.environ.items() if not key.startswith(("VEDETTE_", "DD_"))}
        self.environ.update(PYTHONPATH=SOURCE, VEDETTE_AGENT_URL=backend, PYTHONDONTWRITEBYTECODE="1")

    def write(self, name: str, text: str) -> None:
        """A file of Python, as it stands here."""
        (self.folder / name).write_text("\n".join(line[8:] for line in text.strip("\n").split("\n")))

    def command(self, *arguments: str) -> list[str]:
        """`vedette run python manage.py ...`."""
        return [sys.executable, "-m", "vedette", "run", "--", sys.executable, "manage.py", *arguments]

    def run(self, *arguments: str, **environ: str) -> subprocess.CompletedProcess[str]:
        """A command, to its end."""
        return subprocess.run(
            self.command(*arguments),
            cwd=self.folder,
            env={**self.environ, **environ},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    @contextlib.contextmanager
    def served(self, *options: str) -> Iterator[int]:
        """The port at which `runserver` serves."""
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        with subprocess.Popen(
            self.command("runserver", f"127.0.0.1:{port}", *options),
            cwd=self.folder,
            env=self.environ,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        ) as process:
            try:
                yield port
            finally:
                os.killpg(process.pid, signal.SIGINT)
                with contextlib.suppress(subprocess.TimeoutExpired):
                    process.wait(10)
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)


@pytest.fixture
def project(tmp_path: Path, recorder: Any) -> Iterator[Project]:
    # Started in the background of a shell, the tests would ignore interrupts, and so would what they start.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield Project(tmp_path, recorder.url)
    signal.signal(signal.SIGINT, before)


def answer(port: int, expected: str, seconds: float = 30.0) -> str:
    """What the page says, as soon as it is that."""
    deadline, got = time.monotonic() + seconds, ""
    while got != expected and time.monotonic() < deadline:
        with contextlib.suppress(OSError), urllib.request.urlopen(f"http://127.0.0.1:{port}/page", timeout=5) as page:
            got = page.read().decode()
        time.sleep(0.0 if got == expected else 0.2)
    return got


def test_the_server_loads_itself_anew(project: Project, recorder: Any) -> None:
    with project.served() as port:
        assert answer(port, "first") == "first"
        time.sleep(1.1)  # the clock of some file systems
        project.write("site_urls.py", FILES["site_urls.py"].replace("first", "second"))
        assert answer(port, "second") == "second"
        pages = recorder.wait_for(lambda seen: len(seen.named("django.request")) >= 2).named("django.request")
    assert len({span["trace_id"] for span in pages}) == len(pages) >= 2
    assert {span["resource"] for span in pages} == {"GET ^page$"}


def test_the_server_without_reloading(project: Project, recorder: Any) -> None:
    with project.served("--noreload") as port:
        assert answer(port, "first") == "first"
        assert recorder.wait_for(lambda seen: bool(seen.named("django.request"))).named("django.request")
        begun = time.monotonic()
    assert time.monotonic() - begun < 8


def test_commands_hand_over_what_they_did(project: Project, recorder: Any) -> None:
    done = project.run("migrate", "--verbosity=0")
    assert done.returncode == 0, done.stderr
    seen = recorder.wait_for(lambda seen: bool(seen.named("sqlite.query")))
    assert seen.named("sqlite.query")
    assert not seen.named("django.command")


def test_commands_as_spans(project: Project, recorder: Any) -> None:
    project.run("migrate", "--verbosity=0", VEDETTE_DJANGO_INSTRUMENT_COMMANDS="true")
    seen = recorder.wait_for(lambda seen: bool(seen.named("django.command")))
    (command,) = [span for span in seen.named("django.command") if span["resource"] == "migrate"]
    assert int(command["parent_id"], 16) == 0
    traces = {span["trace_id"] for span in seen.named("sqlite.query")}
    assert {trace[16:] for trace in traces} == {command["trace_id"][16:]}


def test_a_command_that_fails(project: Project, recorder: Any) -> None:
    done = project.run("nothing-of-that-name")
    assert done.returncode == 1
    assert "vedette" not in done.stderr
