"""What was hooked is as before after `vedette.stop()`: the same functions with the same code, whatever the library."""

from __future__ import annotations

import subprocess
import sys

import pytest

from vedette.instrument.integration import targets
from vedette.integrations.index import MODULES
from vedette.integrations.load import load_integration

NAMES = sorted({name for names in MODULES.values() for name in names})
# Pylons is hooked where its stand-in is; Django REST framework can't be imported without a project's settings.
ELSEWHERE = {"djangorestframework", "pylons"}

PROGRAM = """
import importlib, sys
import vedette
from vedette.instrument.targets import Missing, find
from vedette.lifecycle import running

name, *wanted = sys.argv[1:]
if name == "django":
    importlib.import_module("tests.integrations.django_site")  # a project, without which its models can't be imported
for target in wanted:
    try:
        importlib.import_module(target.partition(":")[0])
    except ImportError:
        pass  # not in this version

def state():
    found = {}
    for target in wanted:
        if ":" not in target:
            continue
        try:
            raw = find(target)[2]
        except (Missing, KeyError):
            continue
        function = getattr(raw, "__func__", raw)
        found[target] = (id(raw), getattr(function, "__code__", None))
    return found

before = state()
vedette.start(in_memory=True, instrument=False, protection="off")
vedette.instrument(name)
during = state()
applied = list(running().registry.installed[name].applied)
vedette.stop()
assert applied, "nothing was hooked"
functions = [target for target in applied if before.get(target, (0, None))[1] is not None]
assert all(during[target][1] is not before[target][1] for target in functions), functions
assert all(during[target][0] == before[target][0] for target in functions), functions
assert state() == before
"""


@pytest.mark.parametrize("name", sorted(set(NAMES) - ELSEWHERE))
def test_stop_gives_everything_back(name: str) -> None:
    integration = load_integration(name)
    for module in integration.modules:
        pytest.importorskip(module)
    wanted = [target for hook in integration.hooks for target in targets(hook)]
    command = [sys.executable, "-c", PROGRAM, name, *wanted]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
