"""The options of one integration."""

from __future__ import annotations

from vedette.settings.collect import rank_of
from vedette.settings.forms import integration_key
from vedette.settings.kinds import BOOLEAN, TEXT
from vedette.settings.option import Option
from vedette.settings.origin import Origin, Problem

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from typing import TypeVar

    from vedette.settings.collect import Collection

    Value = TypeVar("Value")

_ENABLED: Option[bool] = Option("enabled", BOOLEAN, None)
_SERVICE: Option[str] = Option("service", TEXT, None)


class IntegrationSettings:
    """What was configured for one integration, by whichever of its names.

    Variables, for an integration `redis`: `VEDETTE_REDIS_ENABLED`, `VEDETTE_INTEGRATIONS=redis:on`,
    `DD_PATCH_MODULES=redis:true`, `DD_TRACE_REDIS_ENABLED`; `VEDETTE_REDIS_SERVICE`, `DD_REDIS_SERVICE`;
    `VEDETTE_REDIS_<OPTION>` and the option's aliases. In a file the table `integrations.redis`.
    """

    __slots__ = ("_found", "_names", "_variables")

    def __init__(self, names: tuple[str, ...], variables: Mapping[str, str], found: Collection) -> None:
        self._names = tuple(integration_key(name) for name in names)
        self._variables = variables
        self._found = found

    @property
    def enabled(self) -> bool | None:
        """Whether it was switched on or off; `None` if nobody says, so that its own default applies."""
        origin = max(self._enabling(), key=lambda each: each.order, default=None)
        return None if origin is None else bool(origin.value)

    def _enabling(self) -> list[Origin]:
        # Among sources of one rank: VEDETTE_<NAME>_ENABLED, then the lists of names (DD_PATCH_MODULES has always beaten
        # DD_TRACE_<NAME>_ENABLED), then the other variables, and "*" for whatever nobody names.
        own = self.origin(_ENABLED, "DD_TRACE_{}_ENABLED")
        return [origin for origin in (own, self._switch(self._names, 0), self._switch(("*",), -1000)) if origin]

    @property
    def service(self) -> str | None:
        """The service that its spans shall have; `None` if nobody says."""
        origin = self.origin(_SERVICE, "DD_{}_SERVICE")
        return None if origin is None else str(origin.value)

    def option(self, option: Option[Value]) -> Value | None:
        """The value of one of the options that the integration declares; its default if nobody says."""
        origin = self.origin(option)
        return option.default if origin is None else origin.value  # type: ignore[return-value]

    def origin(self, option: Option[Value], *patterns: str) -> Origin | None:
        """Where the value of an option comes from. `patterns` are further variables, with {} for the name."""
        candidates = [*self._from_variables(option, patterns), *self._from_tables(option)]
        usable = [origin for origin in candidates if self._parsed(option, origin)]
        return max(usable, key=lambda origin: origin.order, default=None)

    def _from_variables(self, option: Option[Value], patterns: tuple[str, ...]) -> Iterable[Origin]:
        plain = [alias for alias in option.aliases if isinstance(alias, str)]
        patterns = ("VEDETTE_{}_" + option.name.upper(), *patterns)
        own = [pattern.format(name.upper()) for pattern in patterns for name in self._names]
        for position, variable in enumerate(own + plain):
            text = self._variables.get(variable, "")
            if text.strip() or (option.empty and variable in self._variables):
                yield Origin("env_var", variable, text, text, (rank_of(variable), -2 * position))

    def _from_tables(self, option: Option[Value]) -> Iterable[Origin]:
        for origin in self._found.origins.get("integrations", ()):
            for name in self._names:
                table = origin.value.get(name) if isinstance(origin.value, dict) else None
                if isinstance(table, dict) and option.name in table:
                    value = table[option.name]
                    yield Origin(origin.source, f"{origin.key}.{name}.{option.name}", value, value, origin.order)

    def _parsed(self, option: Option[Value], origin: Origin) -> bool:
        try:
            origin.value = option.kind.parse(origin.value)
        except ValueError as error:
            self._complain(origin.key, f"{error}; ignored")
            return False
        return True

    def _complain(self, key: str, message: str) -> None:
        if not any(problem.key == key for problem in self._found.problems):
            self._found.problems.append(Problem("invalid", key, message))

    def _switch(self, names: tuple[str, ...], weight: int) -> Origin | None:
        """The strongest list that says plainly on or off."""
        for origin in reversed(self._found.origins.get("integrations", ())):
            for name in names:
                state = origin.value.get(name) if isinstance(origin.value, dict) else None
                if isinstance(state, bool):
                    rank, position = origin.order
                    return Origin(origin.source, origin.key, state, state, (rank, position + weight))
        return None
