"""The options of one integration."""

from __future__ import annotations

from vedette.settings.collect import rank_of
from vedette.settings.forms import integration_key
from vedette.settings.kinds import BOOLEAN, TEXT
from vedette.settings.option import Option
from vedette.settings.origin import Origin, Problem

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from typing import Any, TypeVar

    from vedette.settings.collect import Collection

    Value = TypeVar("Value")

# What every integration has. In the aliases of an integration's options, {} stands for its name in capitals.
ENABLED: Option[bool] = Option(
    "enabled", BOOLEAN, None, ("DD_TRACE_{}_ENABLED",), "Whether the library is instrumented."
)
SERVICE: Option[str] = Option("service", TEXT, None, ("DD_{}_SERVICE",), "Service of the library's spans.")


def variables_of(option: Option[Any], names: Iterable[str]) -> list[str]:
    """The variables that an option of an integration is read from, strongest first within each family."""
    patterns = ["VEDETTE_{}_" + option.name.upper(), *(alias for alias in option.aliases if isinstance(alias, str))]
    keys = [integration_key(name).upper() for name in names]
    return list(dict.fromkeys(pattern.replace("{}", key) for pattern in patterns for key in keys))


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
        origin = self.enabled_origin()
        return None if origin is None else bool(origin.value)

    @property
    def service(self) -> str | None:
        """The service that its spans shall have; `None` if nobody says."""
        return self.option(SERVICE)

    def option(self, option: Option[Value]) -> Value | None:
        """The value of one of the options that the integration declares; its default if nobody says."""
        origin = self.origin(option)
        return option.default if origin is None else origin.value  # type: ignore[return-value]

    def enabled_origin(self) -> Origin | None:
        """What decides whether it is on; `None` if nobody says."""
        # Among sources of one rank: VEDETTE_<NAME>_ENABLED, then the lists of names (DD_PATCH_MODULES has always beaten
        # DD_TRACE_<NAME>_ENABLED), then the other variables, and "*" for whatever nobody names.
        sources = (self.origin(ENABLED), self._switch(self._names, 0), self._switch(("*",), -1000))
        return max((each for each in sources if each), key=lambda each: each.order, default=None)

    def origin(self, option: Option[Any]) -> Origin | None:
        """Where the value of one of its options comes from; `None` if nobody says."""
        candidates = [*self._from_variables(option), *self._from_tables(option)]
        usable = [origin for origin in candidates if self._parsed(option, origin)]
        return max(usable, key=lambda origin: origin.order, default=None)

    def configured(self, options: Sequence[Option[Any]]) -> list[tuple[Option[Any], Origin]]:
        """Those of `enabled`, `service` and its own options that somebody gave a value, with where it comes from."""
        origins = [(ENABLED, self.enabled_origin()), *((each, self.origin(each)) for each in (SERVICE, *options))]
        return [(option, origin) for option, origin in origins if origin is not None]

    def _from_variables(self, option: Option[Any]) -> Iterable[Origin]:
        for position, variable in enumerate(variables_of(option, self._names)):
            text = self._variables.get(variable, "")
            if text.strip() or (option.empty and variable in self._variables):
                yield Origin("env_var", variable, text, text, (rank_of(variable), -2 * position))

    def _from_tables(self, option: Option[Any]) -> Iterable[Origin]:
        for origin in self._found.origins.get("integrations", ()):
            for name in self._names:
                table = origin.value.get(name) if isinstance(origin.value, dict) else None
                if isinstance(table, dict) and option.name in table:
                    value = table[option.name]
                    yield Origin(origin.source, f"{origin.key}.{name}.{option.name}", value, value, origin.order)

    def _parsed(self, option: Option[Any], origin: Origin) -> bool:
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
