"""The application under gunicorn: `python -m tests.remote.workers 3` tells its port, and serves with three workers."""

from __future__ import annotations

import socket
import sys

from gunicorn.app.base import BaseApplication


class Served(BaseApplication):  # type: ignore[misc, unused-ignore]
    """The application, loaded before the workers are forked."""

    def __init__(self, listening: socket.socket, workers: int) -> None:
        self._options = {
            "bind": f"fd://{listening.fileno()}",
            "workers": workers,
            "preload_app": True,
            "loglevel": "error",
        }
        super().__init__()

    def load_config(self) -> None:
        """What gunicorn asks for."""
        for name, value in self._options.items():
            self.cfg.set(name, value)

    def load(self) -> object:
        """What it serves."""
        from tests.remote.app import app  # gunicorn decides when

        return app


if __name__ == "__main__":
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    listener.listen()
    listener.set_inheritable(True)
    print(listener.getsockname()[1], flush=True)
    Served(listener, int(sys.argv[1])).run()
