"""What the pages name is there: functions of the public API, variables, commands, pages that are linked to."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import vedette
import vedette.protection
from vedette.cli._overview import command_names
from vedette.integrations.index import MODULES
from vedette.settings.options import OPTIONS

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted([ROOT / "README.md", *(ROOT / "docs").glob("*.md"), *(ROOT / "docs" / "roles").glob("*.md")])
OTHERS = {"SCREENSHOTS", "FORWARD_HEADERS", "SETTINGS", "AGENT_TOKEN"}
"""Variables that are no options of the library, and a product of remote configuration."""
NAMED = [getattr(alias, "name", alias) for option in OPTIONS.values() for alias in option.aliases]
ALIASES = {name.partition("VEDETTE_")[2] for name in NAMED}
INTEGRATIONS = {name.upper() for names in MODULES.values() for name in names}


@pytest.fixture(params=PAGES, ids=lambda page: page.name)
def page(request: pytest.FixtureRequest) -> tuple[Path, str]:
    return request.param, request.param.read_text(encoding="utf-8")


def test_functions(page: tuple[Path, str]) -> None:
    for name in re.findall(r"\bvedette\.((?:protection\.)?[a-z_]+)\(", page[1]):
        found = vedette
        for part in name.split("."):
            found = getattr(found, part)
        assert callable(found), name


def test_variables(page: tuple[Path, str]) -> None:
    for name in re.findall(r"\bVEDETTE_([A-Z0-9_]+[A-Z0-9])\b", page[1]):
        of_integration = any(name.startswith(f"{each}_") for each in INTEGRATIONS)
        assert name.lower() in OPTIONS or name in OTHERS | ALIASES or of_integration, f"VEDETTE_{name}"


def test_commands(page: tuple[Path, str]) -> None:
    for name in re.findall(r"(?:^\$ |`)vedette ([a-z]+)\b", page[1], re.MULTILINE):
        assert name in command_names(), name


def test_links(page: tuple[Path, str]) -> None:
    for target in re.findall(r"\]\((?!http)([^)#]+)", page[1]):
        assert (page[0].parent / target).exists(), target
