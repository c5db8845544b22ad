"""Applications served by uvicorn or hypercorn in a thread of the tests."""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
import threading
from collections.abc import Iterator
from typing import Any


@contextlib.contextmanager
def uvicorned(app: Any) -> Iterator[int]:
    """The port at which uvicorn serves `app`."""
    import uvicorn

    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="critical", lifespan="on"))
    with _bound() as listener:
        thread = threading.Thread(target=server.run, args=([listener],), daemon=True)
        thread.start()
        yield listener.getsockname()[1]
        server.should_exit = True
        thread.join(10)


@contextlib.contextmanager
def hypercorned(app: Any) -> Iterator[int]:
    """The port at which hypercorn serves `app`."""
    from hypercorn.asyncio import serve
    from hypercorn.config import Config

    with _bound() as listener:
        config = Config()
        config.bind = [f"fd://{os.dup(listener.fileno())}"]
        config.errorlog = None
        loop = asyncio.new_event_loop()
        trigger: list[asyncio.Event] = []

        async def main() -> None:
            trigger.append(asyncio.Event())
            await serve(app, config, shutdown_trigger=trigger[0].wait)

        thread = threading.Thread(target=loop.run_until_complete, args=(main(),), daemon=True)
        thread.start()
        yield listener.getsockname()[1]
        loop.call_soon_threadsafe(trigger[0].set)
        thread.join(10)
        loop.close()


def _bound() -> socket.socket:
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind(("127.0.0.1", 0))
    listener.listen(128)
    return listener
