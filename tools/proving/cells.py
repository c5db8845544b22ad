"""What the matrix consists of: an integration, a version of its library, a Python."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import NamedTuple

from vedette.instrument.integration import Integration
from vedette.instrument.versions import at_least, numbers

LATEST = "latest"
ITS_PYTHONS = "of Python"
"""Version of libraries that come with Python."""
STAND_IN = "stand-in"
"""Version of libraries that can't be installed any more."""


class Cell(NamedTuple):
    """One cell of the matrix."""

    integration: Integration
    version: str
    """As declared: `latest` is what the package index has."""
    python: str

    @property
    def name(self) -> str:
        """For people and for file names."""
        return f"{self.integration.name}-{self.version.replace(' ', '-')}-py{self.python}"


def versions_of(integration: Integration) -> list[str]:
    """The floor, what is declared, and the newest; oldest first."""
    if integration.stand_in:
        return [STAND_IN]
    if integration.distribution is None:
        return [ITS_PYTHONS]
    named = set(integration.tested) - {LATEST}
    floor = integration.floor
    if floor and not any(_is_of(version, floor) for version in named):
        named.add(floor)
    return [*sorted(named, key=numbers), LATEST]


def _is_of(version: str, series: str) -> bool:
    """Whether `2.10.3` is of the series `2.10`: declared in its place, where that was never released as such."""
    return numbers(version)[: len(numbers(series))] == numbers(series)


def chosen(
    integrations: Collection[Integration],
    pythons: Collection[str],
    names: Collection[str] = (),
    versions: Collection[str] = (),
    floors: bool = False,
) -> Iterator[Cell]:
    """The cells, by Python; empty choices mean all."""
    for python in pythons:
        for integration in integrations:
            if not names or integration.name in names:
                for version in versions_of(integration)[: 1 if floors else None]:
                    if not versions or version in versions:
                        yield Cell(integration, version, python)


def part_of(cells: Collection[Cell], part: int, parts: int) -> list[Cell]:
    """The cells of one of so many parts, counted from 1; together they are all, each is once."""
    return list(cells)[part - 1 :: parts]


def requirements(integration: Integration, version: str) -> list[str]:
    """What to install for a version: the library, what it needs and does not ask for, and what its tests use."""
    if integration.distribution is None or integration.stand_in:
        return list(integration.tests_use)
    exact = integration.distribution if version == LATEST else f"{integration.distribution}=={version}"
    pins = [pin for bound, pins in integration.pins.items() if applies(bound, version) for pin in pins]
    return [exact, *integration.tests_use, *pins]


def applies(bound: str, version: str) -> bool:
    """Whether pins declared for `bound` (`1.1.4`, or `<2.0`) are for this version."""
    if bound.startswith("<"):
        return version != LATEST and not at_least(version, bound[1:].strip())
    return bound == version
