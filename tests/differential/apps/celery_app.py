"""Celery: tasks that run at once, one of them failing."""

import celery

app = celery.Celery("shop", broker="memory://", backend="cache+memory://")


@app.task
def add(a, b):
    return a + b


@app.task
def boom():
    raise ValueError("boom")


add.apply(args=(1, 2))
boom.apply()
add.apply_async(args=(1, 2))
