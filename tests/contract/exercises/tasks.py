"""Work that goes on elsewhere: queues, threads, greenlets, event loops."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from tests.contract.exercises.exercise import exercise, failure


@exercise("celery")
def celery(_: Any) -> Any:
    import celery as library

    app = library.Celery("shop", broker="memory://", backend="cache+memory://", set_as_current=False)

    @app.task(name="add")
    def add(a: int, b: int) -> int:
        return a + b

    @app.task(name="fail")
    def fail() -> None:
        raise LookupError("mine")

    sent = add.apply_async((1, 2), task_id="7")
    failed = fail.apply()
    return add.apply((1, 2)).get(), failed.state, repr(failed.result), sent.id, add(3, 4)


@exercise("futures")
def futures(_: Any) -> Any:
    with ThreadPoolExecutor(2) as pool:
        return list(pool.map(abs, [-1, 2])), failure(pool.submit(divmod, 1, 0).result)


@exercise("asyncio")
def asyncio_(_: Any) -> Any:
    async def main() -> Any:
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(None, abs, -1), await asyncio.gather(asyncio.sleep(0, 7))

    return asyncio.run(main())


@exercise("gevent")
def gevent(_: Any) -> Any:
    import gevent as library
    from gevent import thread, threadpool

    raw: list[str] = []
    library.spawn_raw(raw.append, "raw")
    thread.start_new_thread(raw.append, ("thread",))
    pool = threadpool.ThreadPool(1)
    greenlets = [library.spawn(str.upper, "spawned"), library.spawn_later(0, int, "no number")]
    answers = [library.spawn(pool.spawn(str.upper, "pooled").get).get(timeout=5), library.wait(greenlets, timeout=5)]
    pool.kill()
    return [sorted(raw), answers[0], [each.value for each in greenlets], repr(greenlets[1].exception)]
