"""The settings in effect, each with where it came from."""

from __future__ import annotations

from vedette.settings.collect import Collection
from vedette.settings.derived import derive
from vedette.settings.options import OPTIONS
from vedette.settings.origin import REMOTE, Origin, Problem

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection as Names
    from collections.abc import Mapping
    from typing import NoReturn

    from vedette.settings.integration import IntegrationSettings
    from vedette.settings.values import Values
else:
    Values = object  # the generated class holds nothing but types

_DEFAULTS = {name: option.default for name, option in OPTIONS.items()}


class Settings(Values):
    """Every option as an attribute. Made by `vedette.settings.load`; changed only by `apply_remote`."""

    def __init__(
        self,
        found: Collection,
        variables: Mapping[str, str],
        integrations: Mapping[str, Names[str]] | None = None,
    ) -> None:
        state = self.__dict__
        state["_found"] = found
        state["_variables"] = variables
        state["_known_integrations"] = integrations
        state["_names_checked"] = False
        self._settle()

    def _settle(self) -> None:
        found = self.__dict__["_found"]
        values = dict(_DEFAULTS)
        for name, origins in found.origins.items():
            values[name] = origins[-1].value
        derive(values, found)
        self.__dict__.update(values)

    def __setattr__(self, name: str, value: object) -> NoReturn:
        raise AttributeError(
            f"settings can't be assigned; pass {name}= to vedette.start() or set VEDETTE_{name.upper()}"
        )

    def origin(self, name: str) -> Origin:
        """Where the value in effect came from. Raises `KeyError` for a name that is no option."""
        return self.all_origins(name)[-1]

    def all_origins(self, name: str) -> list[Origin]:
        """Every source that has a value for this option, the default first, the one in effect last."""
        option = OPTIONS[name]
        return [Origin("default", "", option.default, option.default), *self.__dict__["_found"].origins.get(name, ())]

    @property
    def problems(self) -> list[Problem]:
        """What has no effect in the configuration, or not the one meant: told once by whoever starts vedette.

        Names are compared with the known ones on first use, which takes some milliseconds if there are unknown ones.
        """
        state = self.__dict__
        if not state["_names_checked"]:
            state["_names_checked"] = True
            from vedette.settings.names import check  # slow where names are unknown, and the start need not wait for it

            check(state["_found"], state["_variables"], state["_known_integrations"])
        problems: list[Problem] = state["_found"].problems
        return problems

    def integration(self, name: str, *others: str) -> IntegrationSettings:
        """The options of one integration, by its name or `others` that people know it by."""
        from vedette.settings.integration import IntegrationSettings  # not before the first library is met

        return IntegrationSettings((name, *others), self.__dict__["_variables"], self.__dict__["_found"])

    def apply_remote(self, values: Mapping[str, object]) -> list[Problem]:
        """Sets live options from remote configuration, above all other sources; `None` gives the local value back.

        Returns what could not be applied; those options keep the value that they had.
        """
        found = Collection()
        found.table({name: value for name, value in values.items() if value is not None}, "remote_config", REMOTE)
        for name in [name for name in found.origins if not OPTIONS[name].live]:
            del found.origins[name]
            found.problems.append(Problem("invalid", name, "can't be changed at run time"))
        returned: dict[str, list[Origin]] = {
            name: [] for name, value in values.items() if value is None and name in OPTIONS
        }
        self._replace_remote({**returned, **found.origins})
        return found.problems

    def _replace_remote(self, changed: Mapping[str, list[Origin]]) -> None:
        origins = self.__dict__["_found"].origins
        for name, remote in changed.items():
            origins[name] = [origin for origin in origins.get(name, ()) if origin.order[0] != REMOTE] + remote
            self.__dict__[name] = origins[name][-1].value if origins[name] else _DEFAULTS[name]
