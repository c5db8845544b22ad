"""What it costs to import a library under vedette: CPU time with its integration, less the time without.

    python tools/import_cost.py                       every integration whose library is installed
    python tools/import_cost.py --integration flask   one; the option can be given again

Each import is a process of its own, in turn with and without, and the least of the rounds counts. Exit code 1 if one
costs more than the limit.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "src"), str(Path(__file__).resolve().parent)]

from generators.integrations import declared  # noqa: E402  (the paths above come first)

LIMIT = 5.0
"""Milliseconds."""
PROGRAM = """
import os, sys, time
import vedette
vedette.start(in_memory=True, instrument=False)
from vedette.lifecycle import running
if sys.argv[1] == "with":
    running().registry.instrument(sys.argv[2])
before = time.process_time()
for module in sys.argv[3:]:
    __import__(module)
sys.stdout.write(str(time.process_time() - before))
sys.stdout.flush()
os._exit(0)
"""


def main() -> int:
    """Measures, and tells."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--integration", action="append", metavar="NAME")
    parser.add_argument("--rounds", type=int, default=7)
    options = parser.parse_args()
    found = {}
    for integration in declared():
        if options.integration and integration.name not in options.integration:
            continue
        if all(_is_here(module) for module in integration.modules):
            added, bare = found[integration.name] = cost(integration.name, integration.modules, options.rounds)
            mark = "  too much" if added > LIMIT else ""
            print(f"{integration.name:24} {added:6.1f} ms more than {bare:7.1f} ms{mark}", flush=True)
    return 1 if any(added > LIMIT for added, _ in found.values()) else 0


def _is_here(module: str) -> bool:
    try:
        return find_spec(module) is not None
    except (ImportError, ValueError):
        return False


def cost(name: str, modules: tuple[str, ...], rounds: int) -> tuple[float, float]:
    """Milliseconds that the integration adds, and those of the bare import."""
    least = {"with": float("inf"), "without": float("inf")}
    for _ in range(rounds):
        for which in least:
            least[which] = min(least[which], _seconds(which, name, modules))
    return (least["with"] - least["without"]) * 1000, least["without"] * 1000


def _seconds(which: str, name: str, modules: tuple[str, ...]) -> float:
    command = [sys.executable, "-c", PROGRAM, which, name, *modules]
    environ = {**os.environ, "VEDETTE_PROTECTION": "off"}
    done = subprocess.run(command, env=environ, capture_output=True, text=True, check=False)
    return float(done.stdout.split()[-1]) if done.returncode == 0 and done.stdout else float("nan")


if __name__ == "__main__":
    sys.exit(main())
