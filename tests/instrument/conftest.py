"""Small libraries made from source, and hooks on them."""

from __future__ import annotations

import itertools
import sys
import textwrap
import types
from collections.abc import Iterator
from typing import Any

import pytest

from vedette.instrument import Around, Integration
from vedette.instrument.installed import Installed
from vedette.operations import Operation

_numbers = itertools.count()


@pytest.fixture
def library() -> Iterator[Any]:
    """`library(source)`: a module of that source, under a name of its own."""
    made = []

    def make(source: str) -> types.ModuleType:
        module = types.ModuleType(f"library_{next(_numbers)}")
        made.append(module.__name__)
        sys.modules[module.__name__] = module
        exec(compile(textwrap.dedent(source), f"{module.__name__}.py", "exec"), vars(module))
        return module

    yield make
    for name in made:
        del sys.modules[name]


def operation(call: Any) -> Operation:
    """The plainest description."""
    return Operation("library.call")


def nothing(call: Any) -> None:
    """Describes no call."""


def broken(call: Any) -> None:
    """A describer with a bug."""
    raise RuntimeError("a bug in the describer")


@pytest.fixture
def hook(in_memory: None) -> Iterator[Any]:
    """`hook(module, "Class.method", describe)`: an integration with that one hook, taken off at the end."""
    installations = []

    def make(module: types.ModuleType, path: str, describe: Any = operation, after: Any = None) -> Installed:
        target = f"{module.__name__}:{path}"
        integration = Integration(
            "library", title="Library", modules=[module.__name__], hooks=[Around(target, describe, after)]
        )
        installed = Installed(integration, "library")
        installations.append(installed)
        installed.apply(integration.hooks[0])
        return installed

    yield make
    for installed in installations:
        installed.undo()
