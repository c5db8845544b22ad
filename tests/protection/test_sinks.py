"""Exploits are stopped where they would happen, with what only looks like them let pass."""

from __future__ import annotations

import base64
import io
import os
import pathlib
import shutil
import subprocess
import sys
import urllib.request
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import pytest
from flask import Flask, request

from tests.integrations.web import Web, serving
from tests.protection.one_sink import asked

requests = pytest.importorskip("requests")

FOLDER = pathlib.Path(__file__).parent

# ruff: noqa: SIM115, UP020  (the ways themselves are what is tested)
FILES: dict[str, Callable[[str], Any]] = {
    "open": lambda name: open(f"{FOLDER}/{name}").read(),
    "io.open": lambda name: io.open(os.path.join(FOLDER, name)).read(),
    "os.open": lambda name: os.open(f"{FOLDER}/{name}", os.O_RDONLY),
    "pathlib": lambda name: (FOLDER / name).read_text(),
    "shutil": lambda name: shutil.copyfile(f"{FOLDER}/{name}", os.devnull),
    "normalised": lambda name: open(os.path.normpath(f"{FOLDER}/{name}")).read(),
    "lowered": lambda name: open(f"{FOLDER}/{name.lower()}").read(),
    "decoded": lambda name: open(f"{FOLDER}/{base64.b64decode(name).decode()}").read(),
}
SHELLS: dict[str, Callable[[str], Any]] = {
    "os.system": lambda name: os.system(f"true {name}"),
    "os.popen": lambda name: os.popen(f"true {name}").read(),
    "shell=True": lambda name: subprocess.run(f"true {name}", shell=True),
    "quoted": lambda name: subprocess.call(f"true '{name}'", shell=True),
    "sh -c": lambda name: subprocess.check_output(["sh", "-c", f"true {name}"]),
    "posix_spawn": lambda name: os.waitpid(os.posix_spawn("/bin/sh", ["sh", "-c", f"true {name}"], {}), 0),
    "spawn": lambda name: os.spawnv(os.P_WAIT, "/bin/sh", ["sh", "-c", f"true {name}"]),
}
CLIENTS: dict[str, Callable[[str], Any]] = {
    "requests": lambda url: requests.get(url, timeout=5).status_code,
    "urllib": lambda url: urllib.request.urlopen(url, timeout=5).status,
}


@pytest.mark.parametrize("way", FILES)
def test_files(only_sinks: Any, findings: Any, way: str) -> None:
    climb = "../" * 20 + "etc/passwd"
    attack = base64.b64encode(climb.encode()).decode() if way == "decoded" else climb
    only_sinks("block")
    assert asked(FILES[way], attack) == (403, [])
    assert findings() == [("lfi", "server.request.query", ["name", "0"], True)]


@pytest.mark.parametrize("way", ["open", "pathlib", "shutil"])
def test_files_of_the_folder(only_sinks: Any, findings: Any, way: str) -> None:
    only_sinks("block")
    assert asked(FILES[way], pathlib.Path(__file__).name)[0] == 200
    assert findings() == []


@pytest.mark.parametrize("way", SHELLS)
@pytest.mark.skipif(sys.platform == "win32", reason="for POSIX shells")
def test_shells(only_sinks: Any, findings: Any, tmp_path: pathlib.Path, way: str) -> None:
    only_sinks("block")
    proof = tmp_path / "proof"
    attack = f"a'; touch {proof} #" if way == "quoted" else f"a; touch {proof}"
    assert asked(SHELLS[way], attack) == (403, [])
    assert [found[0] for found in findings()] == ["command_injection"]
    assert not proof.exists()


@pytest.mark.parametrize("way", SHELLS)
@pytest.mark.skipif(sys.platform == "win32", reason="for POSIX shells")
def test_words_for_shells(only_sinks: Any, findings: Any, way: str) -> None:
    only_sinks("block")
    assert asked(SHELLS[way], "photo-1.png")[0] == 200
    assert findings() == []


def test_options_of_programs(only_sinks: Any, findings: Any) -> None:
    only_sinks("block")
    git = lambda name: subprocess.run(["true", "clone", name])  # noqa: E731
    assert asked(git, "--upload-pack=touch x") == (403, [])
    assert asked(git, "https://example.com/r.git")[0] == 200
    assert [found[0] for found in findings()] == ["command_injection"]


@pytest.mark.parametrize("way", CLIENTS)
def test_requests_to_the_inside(only_sinks: Any, findings: Any, way: str) -> None:
    only_sinks("block")
    with serving() as web:
        assert asked(CLIENTS[way], web.url()) == (403, [])
        assert web.seen == []
    assert [found[0] for found in findings()] == ["ssrf"]


@pytest.mark.parametrize("way", CLIENTS)
def test_requests_that_the_application_means(only_sinks: Any, findings: Any, way: str) -> None:
    only_sinks("block")

    def own(web: Web) -> Callable[[str], Any]:
        return lambda name: CLIENTS[way](f"{web.url()}?name={quote(name)}")

    with serving() as web:
        assert asked(own(web), "127.0.0.1") == (200, [200])
    assert findings() == []


def test_an_application_may_ask_itself(only_sinks: Any, findings: Any) -> None:
    only_sinks("block")
    with serving() as web:
        app = Flask("itself")
        app.add_url_rule("/", view_func=lambda: str(requests.get(f"http://{request.host}/ok", timeout=5).status_code))
        headers = {"Origin": web.url("")}
        answer = app.test_client().get("/", base_url=web.url(), headers=headers)
    assert answer.data == b"200"
    assert findings() == []


@pytest.mark.parametrize("where", ["header", "cookie"])
def test_wherever_the_input_came_from(only_sinks: Any, findings: Any, where: str) -> None:
    only_sinks("block")
    assert asked(FILES["open"], "../../../etc/passwd", where) == (403, [])
    [(kind, address, _, blocked)] = findings()
    assert (kind, address.startswith(f"server.request.{where}"), blocked) == ("lfi", True, True)


def test_monitoring_tells_and_lets_pass(only_sinks: Any, findings: Any) -> None:
    only_sinks("monitor")
    status, came = asked(FILES["open"], "../" * 20 + "etc/hostname")
    assert status == 200
    assert came
    assert findings() == [("lfi", "server.request.query", ["name", "0"], False)]
