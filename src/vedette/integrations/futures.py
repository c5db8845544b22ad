"""concurrent.futures: what runs in a pool of threads descends from where it was submitted. No spans of its own."""

from __future__ import annotations

from vedette.instrument import Around, Integration
from vedette.instrument.families import carrying

integration = Integration(
    "futures",
    title="concurrent.futures",
    modules=["concurrent.futures"],
    docs="https://docs.python.org/3/library/concurrent.futures.html",
    hooks=[Around("concurrent.futures.thread:ThreadPoolExecutor.submit", carrying.argument(1))],
    notes="The trace does not follow into pools of processes.",
)
