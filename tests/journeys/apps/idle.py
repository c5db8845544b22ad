"""Does nothing, and says how much memory that takes: `python -m tests.journeys.apps.idle`."""

from __future__ import annotations

import resource
from pathlib import Path

if __name__ == "__main__":
    print(int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize())
