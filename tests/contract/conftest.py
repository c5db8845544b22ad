"""Integrations on their own, whatever else runs in this process."""

from __future__ import annotations

import contextlib
import importlib
from collections.abc import Iterator
from typing import Any

import pytest

from vedette.instrument.integration import Integration, targets
from vedette.instrument.registry import Registry
from vedette.instrument.targets import module_of
from vedette.integrations.load import load_integration
from vedette.lifecycle import running


def imported(integration: Integration) -> list[str]:
    """Imports what the integration hooks; the modules that this version of the library has."""
    found = []
    for module in dict.fromkeys(module_of(target) for hook in integration.hooks for target in targets(hook)):
        with contextlib.suppress(ImportError):
            importlib.import_module(module)
            found.append(module)
    return found


@pytest.fixture
def alone(in_memory: None) -> Iterator[Any]:
    """`alone("flask")`: a registry that knows that integration with all its options on, and the integration's rest."""
    with contextlib.ExitStack() as undo:

        def make(name: str) -> Registry:
            state = running()
            assert state is not None
            if name in state.registry.installed:
                state.registry.uninstrument(name)
                undo.callback(state.registry.instrument, name)
            registry = Registry(load_integration, lambda _: None, _everything)
            undo.callback(registry.stop)
            return registry

        yield make


def _everything(integration: Integration) -> dict[str, Any]:
    """Every option that is a switch is on: the more is hooked, the more can go wrong."""
    declared = {option.name: option.default is False or option.default for option in integration.options}
    return {**declared, "full": True}
