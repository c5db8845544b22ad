"""What an integration declares: facts about a library, and where its calls are described."""

from __future__ import annotations

from vedette.settings.kinds import BOOLEAN, COUNT, TEXT
from vedette.settings.option import Option

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from typing import Any, Union

    from vedette._native import Call
    from vedette.instrument.installed import Installed
    from vedette.operations import Operation

    Describe = Callable[[Call], "Operation | None"]
    After = Callable[[Call, Any], Any]
    Key = Callable[[Call], object]
    Install = Callable[["Installed"], Callable[[], None]]
    HookKind = Union["Around", "Between", "Setup"]


def while_heard(kind: type[Operation]) -> Callable[[Describe], Describe]:
    """Marks a describer that is asked only while somebody listens to such operations; else it costs nothing."""

    def mark(describe: Describe) -> Describe:
        describe.heard = kind  # type: ignore[attr-defined]
        return describe

    return mark


class Around:
    """Around every call of a function: synchronous or not, generator or not.

    `target` is `package.module:Class.method`. `describe` turns the call into an operation, or None if nothing is to
    be told. `after` sees the result, and may return another one in its place; it is not called when the function
    raises. `optional` targets may be absent from some versions. `option` names the integration's option without which
    nothing is hooked here. Generators live as long as they are consumed.
    """

    __slots__ = ("after", "describe", "option", "optional", "target")

    def __init__(
        self,
        target: str,
        describe: Describe,
        after: After | None = None,
        optional: bool = False,
        option: str | None = None,
    ) -> None:
        self.target = target
        self.describe = describe
        self.after = after
        self.optional = optional
        self.option = option


class Between:
    """From one signal of the library to another: two functions, or two objects with `connect` and `disconnect`.

    `key` finds in both the same hashable (a task's id, the connection); what was begun and is not ended in time is
    forgotten, oldest first.
    """

    __slots__ = ("after", "describe", "end", "key", "optional", "start")

    def __init__(
        self, start: str, describe: Describe, end: str, key: Key, after: After | None = None, optional: bool = False
    ) -> None:
        self.start = start
        self.describe = describe
        self.end = end
        self.key = key
        self.after = after
        self.optional = optional


class Setup:
    """Something the library offers to be called once (a processor, a patcher, a factory): `install` does it.

    `install` runs after `module` is imported. It may make hooks by what it is given, and returns what undoes it.
    """

    __slots__ = ("install", "module")

    def __init__(self, module: str, install: Install) -> None:
        self.module = module
        self.install = install


def option(name: str, default: bool | int | str | None, doc: str, *aliases: str) -> Option[Any]:
    """A setting of one integration: `VEDETTE_<INTEGRATION>_<NAME>`, `DD_<INTEGRATION>_<NAME>`, and other variables.

    None is the default of a switch that follows another one as long as nobody says.
    """
    kind = BOOLEAN if default is None or isinstance(default, bool) else COUNT if isinstance(default, int) else TEXT
    return Option(name, kind, default, aliases=(f"DD_{{}}_{name.upper()}", *aliases), doc=doc)


class Integration:
    """All facts about the support of one library; tables, matrix and import index are generated from it."""

    __slots__ = (
        "also", "apart", "automatic", "builds", "component", "conventions", "distribution", "docs", "floor", "hooks",
        "modules", "name", "needs", "notes", "options", "pins", "protection", "service", "service_wins",
        "stand_in", "tested", "tests_use", "title", "values",
    )  # fmt: skip

    def __init__(
        self,
        name: str,
        *,
        title: str,
        modules: Sequence[str],
        hooks: Sequence[HookKind],
        distribution: str | None = None,
        floor: str | None = None,
        tested: Sequence[str] = (),
        also: Sequence[str] = (),
        automatic: bool = True,
        docs: str = "",
        conventions: str = "",
        component: str | None = None,
        service: str | None = None,
        service_wins: bool = True,
        options: Sequence[Option[Any]] = (),
        protection: Sequence[str] = (),
        needs: Sequence[str] = (),
        pins: Mapping[str, Sequence[str]] | None = None,
        tests_use: Sequence[str] = (),
        builds: Sequence[str] = (),
        apart: str = "",
        stand_in: str = "",
        notes: str = "",
    ) -> None:
        self.name = name
        self.title = title
        """The library's name as its makers write it."""
        self.modules = tuple(modules)
        """Import names that tell whether the library is installed."""
        self.hooks = tuple(hooks)
        self.distribution = distribution
        """Name on PyPI; None for the standard library."""
        self.floor = floor
        """Oldest supported version."""
        self.tested = tuple(tested)
        """Versions of the test matrix; `latest` among them."""
        self.also = tuple(also)
        """Other names that people configure it by, weaker than its own: `DD_TRACE_<ALSO>_ENABLED` and so on."""
        self.automatic = automatic
        self.docs = docs
        self.conventions = conventions
        """OpenTelemetry semantic conventions that its spans follow."""
        self.component = component or name
        self.service = service
        """Default service of its spans; None for the process's own."""
        self.service_wins = service_wins
        """Whether that default stands against a global service that the user named (clients) or not (frameworks)."""
        self.options = tuple(options)
        self.protection = tuple(protection)
        """What protection does with its operations."""
        self.needs = tuple(needs)
        """Servers that its tests use."""
        self.pins = dict(pins or {})
        """What else old versions need to be installed and run: version (`1.1.4`) or bound (`<2.0`) to requirements.

        Those on the tools that build it begin with `build:`, such as `build:setuptools<58`.
        """
        self.tests_use = tuple(tests_use)
        """Requirements of its tests, beside the library and pytest."""
        self.builds = tuple(builds)
        """Debian packages with the headers that the library is compiled with where it has no wheel."""
        self.apart = apart
        """Why its newest version can't share an environment with the other libraries: only the matrix tests it then."""
        self.stand_in = stand_in
        """Why no version installs on any Python that we support: its tests use a stand-in of its public surface."""
        self.notes = notes
        self.values: dict[str, Any] = {"full": False, **{option.name: option.default for option in options}}
        """What its options are set to in this process; `full` tells whether the setting `detail` is."""


def targets(hook: HookKind) -> tuple[str, ...]:
    """Everything a hook touches: targets, or for a `Setup` its module."""
    if isinstance(hook, Around):
        return (hook.target,)
    if isinstance(hook, Between):
        return (hook.start, hook.end)
    return (hook.module,)
