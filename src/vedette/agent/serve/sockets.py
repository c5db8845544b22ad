"""The sockets that the agent listens on, and why one can't be had."""

from __future__ import annotations

import contextlib
import errno
import http.client
import socket
import stat
from collections.abc import Iterator
from pathlib import Path

BACKLOG = 512


class CannotListen(Exception):
    """A port or path can't be had; the text says why and what to do."""


def port_of(listening: socket.socket) -> int:
    """The port that a listening socket has."""
    return int(listening.getsockname()[1])


def free_port(host: str, port: int, option: str) -> int:
    """That port, or a free one for 0, for a server that can take no socket.

    Raises:
        CannotListen: it can't be had.
    """
    with listen(host, port, option) as probe:
        return port_of(probe)


@contextlib.contextmanager
def listen_on_path(path: Path) -> Iterator[socket.socket]:
    """A listening Unix socket, which is removed in the end. As a port, it is open to every user of the machine.

    Raises:
        CannotListen: the path can't be used, or somebody listens there.
    """
    if not hasattr(socket, "AF_UNIX"):
        raise CannotListen("this system has no Unix sockets: leave out --socket.")
    _remove_stale(path)
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as listening:
        try:
            listening.bind(str(path))
            path.chmod(0o666)
            listening.listen(BACKLOG)
            listening.setblocking(False)
        except OSError as error:
            raise CannotListen(
                f"cannot listen on {path}: {error.strerror or error}. Choose another --socket."
            ) from error
        try:
            yield listening
        finally:
            with contextlib.suppress(OSError):
                path.unlink()


def _remove_stale(path: Path) -> None:
    """A socket file outlives its process: one that nobody answers on is in the way."""
    try:
        if not stat.S_ISSOCK(path.stat().st_mode):
            raise CannotListen(f"{path} is there already, and is no socket. Choose another --socket.")
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as other:
            other.connect(str(path))
    except ConnectionRefusedError:
        path.unlink()
    except OSError:
        return
    else:
        raise CannotListen(f"somebody listens on {path} already. Stop that, or choose another --socket.")


def listen(host: str, port: int, option: str) -> socket.socket:
    """A listening socket; connections made from now on wait until the server runs."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        listening = socket.socket(family, kind, protocol)
    except OSError as error:
        raise CannotListen(f"cannot listen on {host!r}: {error.strerror or error}. Choose another --host.") from error
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(address)
        listening.listen(BACKLOG)
        listening.setblocking(False)
    except OSError as error:
        listening.close()
        raise CannotListen(explain(error, host, port, option)) from error
    return listening


def explain(error: OSError, host: str, port: int, option: str) -> str:
    """Why a port can't be had, and what to do."""
    if error.errno == errno.EADDRINUSE:
        what = f"port {port} on {host} is in use{_by_whom(host, port)}"
        return f"{what}. Stop that, or choose another with {option} (0: any free one)."
    if error.errno in (errno.EACCES, errno.EPERM):
        return f"no permission to listen on port {port}. Choose one above 1023 with {option}."
    return f"cannot listen on {host} port {port}: {error.strerror or error}."


def _by_whom(host: str, port: int) -> str:
    """Asks whoever has the port what it is."""
    connection = http.client.HTTPConnection(host if host not in ("0.0.0.0", "::") else "127.0.0.1", port, timeout=0.5)
    try:
        connection.request("GET", "/info")
        told = connection.getresponse().read(4096)
    except (OSError, http.client.HTTPException):
        return ""
    finally:
        connection.close()
    if b'"vedette"' in told:
        return " by another vedette agent"
    return " by a Datadog Agent" if b'"endpoints"' in told else " by another web server"
