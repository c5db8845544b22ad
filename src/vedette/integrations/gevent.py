"""gevent: what runs in a greenlet, or in a pool of threads, descends from where it was spawned. No spans of its own.

A new greenlet begins with an empty context. Those that are spawned get the active span into theirs, by gevent's own
callback for spawning; what else they see stays as it was. Threads that are greenlets (monkey patching) inherit
nothing, as threads do.
"""

from __future__ import annotations

import sys

from vedette.instrument import Around, Integration, Setup
from vedette.instrument.families import carrying

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from vedette.instrument import Call
    from vedette.instrument.installed import Installed


def spawned(call: Call) -> None:
    """A greenlet is about to start."""
    greenlet = call.args[0]
    if greenlet.gr_context is None:
        greenlet.gr_context = carrying.context()


def install(installed: Installed) -> Callable[[], None]:
    """Asks to be told of greenlets that start."""
    greenlets = sys.modules["gevent"].Greenlet
    hook = installed.hook(None, spawned)

    def callback(greenlet: Any) -> None:
        hook.enter((greenlet,))

    greenlets.add_spawn_callback(callback)
    return lambda: greenlets.remove_spawn_callback(callback)


integration = Integration(
    "gevent",
    title="gevent",
    distribution="gevent",
    modules=["gevent"],
    floor="20.12",
    tested=["20.12.0", "21.12.0", "23.9.1", "latest"],
    pins={"<22": ["setuptools<81"]},
    docs="https://www.gevent.org",
    hooks=[
        Setup("gevent", install),
        Around("gevent.hub:spawn_raw", carrying.argument(0)),
        Around("gevent.threadpool:ThreadPool.spawn", carrying.argument(1)),
        Around("gevent.thread:start_new_thread", carrying.alone),
        Around("gevent.thread:start_joinable_thread", carrying.alone, optional=True),
    ],
)
