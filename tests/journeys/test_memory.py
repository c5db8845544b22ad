"""Memory stays flat over many requests, whatever the backend does.

20,000 requests by default; `VEDETTE_MANY_REQUESTS=100000` runs the full number.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from tests.journeys.echo import Echo
from tests.journeys.play import run_script
from tests.services.recorder import Recorder

REQUESTS = int(os.environ.get("VEDETTE_MANY_REQUESTS", "20000"))
MIB = 1 << 20
# What the interpreter's own allocator moves between two looks; bare Python shows up to 1 MiB of it.
ALLOWED = 3 * MIB
# What waits for a backend that does not take it may fill the queue; it has to be full after half of the requests.
SMALL_QUEUE = {"VEDETTE_QUEUE_BYTES": str(MIB)}

pytestmark = pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="resident memory is read from /proc")


@pytest.mark.timeout(400)
@pytest.mark.parametrize("backend", ["healthy", "dead", "silent", "failing", "slow"])
def test_memory_is_flat_over_the_second_half(backend: str, echo: Echo, recorder: Recorder) -> None:
    recorder.play(backend)
    settings = {} if backend == "healthy" else SMALL_QUEUE
    done = run_script([sys.executable, "-m", "tests.journeys.apps.endless", str(REQUESTS)], recorder.url, settings)
    assert done.returncode == 0, done.stderr[-3000:]
    half, end = map(int, done.stdout.split())
    assert end - half < ALLOWED, f"{half / MIB:.1f} MiB after half, {end / MIB:.1f} MiB at the end"
    if backend == "healthy":
        arrived = recorder.wait_for(lambda seen: seen.span_count >= 2 * REQUESTS, 20)
        assert arrived.span_count == 2 * REQUESTS
