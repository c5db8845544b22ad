"""Gathers, for each option, every source that has a value for it."""

from __future__ import annotations

from vedette.settings.option import Alias, PartlyWrong
from vedette.settings.options import OPTIONS
from vedette.settings.origin import DATADOG, OTEL, VEDETTE, Origin, Problem

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

    from vedette.settings.option import Option

    Entry = tuple[Option[Any], tuple[int, int], Callable[[str, Mapping[str, str]], object] | None]

PREFIXES = ("VEDETTE_", "DD_", "OTEL_")


def rank_of(variable: str) -> int:
    """The rank of a variable by its family."""
    return VEDETTE if variable.startswith("VEDETTE_") else DATADOG if variable.startswith("DD_") else OTEL


def _index() -> dict[str, list[Entry]]:
    index: dict[str, list[Entry]] = {}
    for option in OPTIONS.values():
        for position, alias in enumerate((option.variable, *option.aliases)):
            name, read = (alias.name, alias.read) if isinstance(alias, Alias) else (alias, None)
            index.setdefault(name, []).append((option, (rank_of(name), -position), read))
    return index


# Every variable that some option reads, with the options that do.
INDEX = _index()


def own_variables(environ: Mapping[str, str]) -> dict[str, str]:
    """The variables of the three families, in one pass over the names; values of others are not even decoded."""
    return {name: environ[name] for name in environ if name.startswith(PREFIXES)}


class Collection:
    """The sources found so far, per option with the winner last, and the problems met on the way."""

    __slots__ = ("origins", "problems")

    def __init__(self) -> None:
        self.origins: dict[str, list[Origin]] = {}
        self.problems: list[Problem] = []

    def variables(
        self, variables: Mapping[str, str], source: str, rank: int | None = None, config_id: str = ""
    ) -> None:
        """Takes what the environment, or a file that has the same names, says. `rank` overrules the family's.

        `config_id` is the name that fleet management gave the file.
        """
        for name, text in variables.items():
            for option, order, read in INDEX.get(name, ()):
                if text.strip() or (option.empty and read is None):
                    raw = text if read is None else self._translated(read, name, text, variables)
                    strength = order if rank is None else (rank, order[1])
                    self.offer(option, Origin(source, name, text, raw, strength, config_id))

    def _translated(
        self, read: Callable[[str, Mapping[str, str]], object], name: str, text: str, variables: Mapping[str, str]
    ) -> object:
        try:
            return read(text, variables)
        except ValueError as error:
            self.problems.append(Problem("invalid", name, f"{error}; ignored"))
            return None

    def table(self, table: Mapping[str, object], source: str, rank: int, prefix: str = "") -> None:
        """Takes options by their own names, from code or a file."""
        for key, value in table.items():
            option = OPTIONS.get(key.replace("-", "_").lower())
            if option is None:
                self.problems.append(Problem("unknown", prefix + key, "no such option"))
            else:
                self.offer(option, Origin(source, prefix + option.name, value, value, (rank, 0)))

    def offer(self, option: Option[Any], origin: Origin) -> None:
        """Adds a source if its value can be used; `None` says nothing."""
        if origin.value is None:
            return
        try:
            origin.value = option.kind.parse(origin.value)
        except ValueError as error:
            usable = error.value if isinstance(error, PartlyWrong) else None
            self.problems.append(Problem("invalid", origin.key, str(error) if usable else f"{error}; ignored"))
            if not usable:
                return
            origin.value = usable
        origins = self.origins.setdefault(option.name, [])
        origins.append(origin)
        if len(origins) > 1:
            origins.sort(key=lambda each: each.order)
