"""A process that forks while a request is inspected: the child waits for nobody whom it does not have."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SCRIPT = """
import os, threading
from vedette._native import Inspection
from vedette.protection.rule_file import read_rules

QUERY = "server.request.query"
inspection = Inspection(read_rules(None), 10.0, 20, 100_000)
texts = [f"<{number}> '{number}' {{[(" + "a.b/c;d " * 60 for number in range(3_000)]
thread = threading.Thread(target=inspection.evaluate, args=({QUERY: texts},))
thread.start()
told = set()
while thread.is_alive():
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        _, left_out = inspection.evaluate({QUERY: ["harmless"]})
        os.write(writing, b"?" if left_out else b".")
        os._exit(0)
    told.add(os.read(reading, 1).decode())
    os.waitpid(child, 0)
    os.close(reading), os.close(writing)
thread.join()
print("".join(sorted(told)), inspection.evaluate({QUERY: ["harmless"]})[1])
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
def test_a_child_goes_on_without_what_another_thread_had_in_hand() -> None:
    """It says that it did not inspect; the process itself goes on inspecting."""
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", SCRIPT],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    told, left_out = done.stdout.split()
    assert ("?" in told, left_out) == (True, "False")
