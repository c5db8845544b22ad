"""Commands, files and browsers: what the standard library starts and opens."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from unittest import mock

from tests.contract.exercises.exercise import exercise, failure
from tests.integrations.told import Told
from vedette._native import Hook, Switch, Wrapped
from vedette.operations import Command, Connection, FileAccess, IncomingRequest

PYTHON = [sys.executable, "-S", "-E", "-c"]


@contextmanager
def heard(kind: Any) -> Iterator[None]:
    """Events of the interpreter are described for listeners only."""
    listener: Any = Told()
    kind.listen(listener)
    try:
        yield
    finally:
        kind.unlisten(listener)


class Asked(IncomingRequest):
    """A request that is told to nobody."""

    __slots__ = ()
    listeners = ()

    @classmethod
    def _gather(cls) -> None:
        """Also not to those who listen to all requests."""


def in_a_request(work: Any) -> Any:
    """What is described within requests only is done within one, which no integration describes."""

    def asked(_: Any) -> IncomingRequest:
        return Asked("shop.request", "GET", "http://shop/", "/", "", {}, None)

    return Wrapped(Hook(Switch(lambda *_: None), work, asked, None, (), None, "shop"), False)()


@exercise("subprocess")
def subprocess_(_: Any) -> Any:
    done = subprocess.run([*PYTHON, "print(1); raise SystemExit(3)"], capture_output=True, text=True, check=False)
    with subprocess.Popen("echo 2", shell=True, stdout=subprocess.PIPE) as process:
        said = process.communicate()
    codes = subprocess.call([*PYTHON, ""]), process.returncode, subprocess.check_output(["echo", "3"])
    checked = failure(subprocess.run, [*PYTHON, "raise SystemExit(4)"], check=True)
    failures = failure(subprocess.Popen, ["/no/such/program"]), failure(subprocess.run, []), checked
    return (done.returncode, done.stdout), said, codes, failures


@exercise("os")
def os_(_: Any) -> Any:
    with heard(Command):
        return in_a_request(commands)


def commands() -> Any:
    """By name, by spawning, and what can't be run."""
    spawned = os.spawnv(os.P_WAIT, sys.executable, [*PYTHON, "raise SystemExit(3)"])
    waited = os.waitpid(os.posix_spawn(sys.executable, [*PYTHON, ""], os.environ), 0)[1]
    return os.system("exit 5"), spawned, waited, failure(os.system, "a\0b"), failure(os.execv, "/no/such", ["x"])


@exercise("builtins")
def builtins_(_: Any) -> Any:
    with heard(FileAccess):
        return in_a_request(files)


def files() -> Any:
    """Opened by each way, and what is no file."""
    here = Path(__file__)
    with open(here) as opened, open(os.open(here, os.O_RDONLY)) as numbered:
        read = opened.readline(), numbered.readline(), here.read_bytes()[:3]
    return read, failure(open, here / "nothing"), failure(open, object())[0], failure(open, "a\0b")


@exercise("socket")
def socket_(_: Any) -> Any:
    with heard(Connection):
        return in_a_request(connections)


def connections() -> Any:
    """One that is answered, one that is not, and what is no address."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        address = server.getsockname()
        with socket.create_connection(address) as connected:
            reached = connected.getpeername() == address
    with socket.socket() as alone:
        return reached, alone.connect_ex(address), failure(alone.connect, ("127.0.0.1", "port"))[0]


@exercise("webbrowser")
def webbrowser_(_: Any) -> Any:
    import webbrowser as library

    browser, broken = library.GenericBrowser(["true", "%s"]), library.GenericBrowser(["/no/such/browser", "%s"])
    with mock.patch.multiple(library, _tryorder=["mine"], _browsers={"mine": [None, browser]}):
        answers = library.open("http://127.0.0.1/"), library.open_new("x"), library.get("mine").open("http://shop/")
    return answers, broken.open("http://shop/"), failure(browser.open, None)
