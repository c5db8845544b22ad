"""Every option of vedette: what it is called, where its value came from, what is wrong with the configuration.

    settings = load()
    settings.service                     # typed, from code, VEDETTE_*, DD_*, OTEL_*, a file, or the default
    settings.origin("service")           # where it came from
    settings.problems                    # what was not understood
    settings.integration("flask")        # on or off, service, and the options of one integration

Sources, the first that has a usable value wins: remote configuration (only for what may change at run time), code,
Datadog's fleet-managed file, `VEDETTE_*`, `DD_*`, `OTEL_*`, `vedette.toml` or `[tool.vedette]` in `pyproject.toml`,
the Datadog Agent's local file, the default.
"""

from __future__ import annotations

from vedette.settings.load import load
from vedette.settings.option import Alias, Kind, Option
from vedette.settings.options import OPTIONS
from vedette.settings.origin import Origin, Problem
from vedette.settings.settings import Settings

__all__ = ["OPTIONS", "Alias", "Kind", "Option", "Origin", "Problem", "Settings", "load"]
