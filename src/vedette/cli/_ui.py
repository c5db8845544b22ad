"""`vedette run --ui`: an embedded agent beside the command, which it sends to.

The command takes the launcher's place, so the agent can't be its child: a server that waits for its children would find
one that it does not know. It is nobody's child, and ends with the command by itself.
"""

from __future__ import annotations

import http.client
import json
import os
import socket
import sys
import time
from collections.abc import MutableMapping
from importlib.util import find_spec

from vedette.agent.address import HOST, PORT
from vedette.cli.agent import NEEDS
from vedette.cli.run import plain

LONGEST_START = 20.0
"""Seconds that an agent may take to answer."""


def with_agent(environ: MutableMapping[str, str], keep: bool = False) -> str:
    """Makes the command send to an agent with a page: one that runs, or a new one that ends with this process.

    Returns what to tell. Raises OSError (a TimeoutError if the new one does not answer).
    """
    if os.name == "nt":
        raise OSError("--ui is not there on Windows; start vedette agent in a window of its own")
    absent = [name for name in NEEDS if find_spec(name) is None]
    if absent:
        raise OSError(f"the agent needs {', '.join(absent)}: pip install 'vedette[agent]'")
    outer = _agent_of_launcher(environ)
    if outer is not None and _is_ours(outer):
        return _told(outer, new=False)  # a command within a command: one page shows both
    port, new = PORT, False
    if not _is_ours(PORT):
        port, new = (_free_port() if _is_taken(PORT) else PORT), True
        _start(port, environ, None if keep else os.getpid())
        _wait_for(port)
    environ["VEDETTE_AGENT_URL"] = f"http://{HOST}:{port}"
    environ.setdefault("VEDETTE_EXPORTERS", "datadog")
    return _told(port, new)


def _agent_of_launcher(environ: MutableMapping[str, str]) -> int | None:
    """The port of the agent on this machine that a launcher around this one sends to."""
    host, _, port = environ.get("VEDETTE_AGENT_URL", "").rstrip("/").rpartition(":")
    return int(port) if "VEDETTE_LAUNCHED" in environ and host == f"http://{HOST}" and port.isdecimal() else None


def _told(port: int, new: bool) -> str:
    return f"vedette: the page is at http://{HOST}:{port}/{'' if new else ' (of an agent that runs already)'}"


def _is_ours(port: int) -> bool:
    connection = http.client.HTTPConnection(HOST, port, timeout=2)
    try:
        connection.request("GET", "/info")
        told = json.loads(connection.getresponse().read(1 << 20))
        return isinstance(told, dict) and "vedette" in told
    except (OSError, ValueError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _is_taken(port: int) -> bool:
    with socket.socket() as tried:
        return tried.connect_ex((HOST, port)) == 0


def _free_port() -> int:
    with socket.create_server((HOST, 0)) as free:
        return int(free.getsockname()[1])


def _start(port: int, environ: MutableMapping[str, str], until: int | None) -> None:
    own = dict(environ)
    plain(own)  # an agent that traces itself would never rest
    command = [sys.executable, "-m", "vedette", "agent", "--port", str(port), "--otlp-port", "0", "--no-grpc"]
    if until is not None:
        command += ["--memory", "--until", str(until)]
    print("vedette: starting an agent", file=sys.stderr, flush=True)
    child = os.fork()
    if child:
        os.waitpid(child, 0)
        return
    os.setsid()
    if os.fork():
        os._exit(0)
    # Its messages would stand between the command's: the page tells all of them.
    nowhere = os.open(os.devnull, os.O_RDWR)
    for number in (0, 1, 2):
        os.dup2(nowhere, number)
    os.execve(command[0], command, own)


def _wait_for(port: int) -> None:
    deadline = time.monotonic() + LONGEST_START
    while not _is_ours(port):
        if time.monotonic() > deadline:
            raise TimeoutError(f"the agent does not answer on port {port}; vedette agent tells why")
        time.sleep(0.05)
