"""Values of options out of configurations, checked before any of them is put in force."""

from __future__ import annotations

from vedette.settings.options import OPTIONS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from vedette.remote.target import Target


class Wanted:
    """What one configuration wants of the processes that it is for."""

    __slots__ = ("order", "target", "values")

    def __init__(self, target: Target, values: Mapping[str, object], order: tuple[int, str]) -> None:
        self.target = target
        self.values = {name: value for name, value in values.items() if value is not None}
        self.order = order
        """Breaks ties between equal targets: the later one counts."""
        for name, value in self.values.items():
            _check(name, value)


def _check(name: str, value: object) -> None:
    option = OPTIONS.get(name)
    if option is None or not option.live:
        raise ValueError(f"{name}: no option that can be changed at run time")
    try:
        option.kind.parse(value)
    except ValueError as error:
        raise ValueError(f"{name}: {error}") from None


def merged(wanted: Iterable[Wanted], service: str, env: str) -> dict[str, object]:
    """The value of each option for a process: that of the most exact target, of equal ones the latest."""
    mine = [one for one in wanted if one.target.means(service, env)]
    values: dict[str, object] = {}
    for one in sorted(mine, key=lambda one: (one.target.rank, one.order)):
        values.update(one.values)
    return values
