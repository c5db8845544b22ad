"""How much memory this process has in RAM."""

from __future__ import annotations

import gc
import resource
import sys
from pathlib import Path

STATUS = Path("/proc/self/statm")


def resident() -> int:
    """Bytes; where the system does not tell the present value, the highest so far."""
    gc.collect()
    if STATUS.exists():
        return int(STATUS.read_text().split()[1]) * resource.getpagesize()
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)
