"""How each tracer makes spans by hand; the loops are written out, so that no layer of ours is measured with them."""

from __future__ import annotations

import importlib
import os
from typing import Any


def under_test() -> Any:
    """The module of the tracer that this process measures."""
    return importlib.import_module(f"benchmarks.tracers.{os.environ['BENCH_TRACER']}")
