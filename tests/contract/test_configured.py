"""What the configuration of a process does to it, seen from outside."""

from __future__ import annotations

import os
import subprocess
import sys

CELERY = """
import vedette
vedette.start(in_memory=True)
import celery
from vedette import _native
app = celery.Celery("app", broker="memory://")

@app.task
def add(a, b):
    return a + b

add.delay(1, 2)
add.apply((1, 2))
print([span["service"] for chunk in _native.take() for span in chunk["spans"] if span["name"].startswith("celery.")])
"""


def run(script: str, **settings: str) -> subprocess.CompletedProcess[str]:
    """A process of its own with these variables."""
    env = {key: value for key, value in os.environ.items() if not key.startswith(("VEDETTE_", "DD_", "OTEL_"))}
    return subprocess.run(
        [sys.executable, "-c", script], env={**env, **settings}, capture_output=True, text=True, check=True
    )


def test_service_mapping_reaches_both_services_of_celery() -> None:
    assert run(CELERY).stdout.strip() == "['celery-producer', 'celery-worker']"
    mapped = run(CELERY, DD_SERVICE_MAPPING="celery-producer:shop,celery-worker:stock")
    assert mapped.stdout.strip() == "['shop', 'stock']"


def test_a_misspelled_variable_of_an_integration_is_told() -> None:
    script = "import logging; logging.basicConfig(); import vedette; vedette.start(in_memory=True)"
    told = run(script, VEDETTE_REQESTS_ENABLED="0", DD_TRACE_SQLITE_ENABLED="1", DD_CELERY_WORKER_SERVICE="x").stderr
    assert "VEDETTE_REQESTS_ENABLED" in told
    assert "VEDETTE_REQUESTS_ENABLED" in told
    assert "SQLITE" not in told
    assert "CELERY" not in told
