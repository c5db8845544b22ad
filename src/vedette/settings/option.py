"""What an option is: one row of the table, and the other names it can be given by."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Generic, TypeVar

    Value = TypeVar("Value")
else:
    # `typing` costs more to import than all of this package, and the rows need it only for the type checker.
    class Generic:
        __slots__ = ()

        def __class_getitem__(cls, item: object) -> type:
            return cls

    Value = None


class PartlyWrong(ValueError):
    """Raised by a parser that could use a part of what it was given.

    `value` is that part; the message says what was left out and why.
    """

    def __init__(self, message: str, value: object) -> None:
        super().__init__(message)
        self.value = value


class Kind(Generic[Value]):
    """A type of value.

    `parse` turns text of the environment, or a value of a file or of code, into the value, or raises `ValueError`.
    `annotation` is the type as written in Python source, `form` how it is written in the environment.
    """

    __slots__ = ("annotation", "form", "parse")

    def __init__(self, annotation: str, form: str, parse: Callable[[object], Value]) -> None:
        self.annotation = annotation
        self.form = form
        self.parse = parse


class Alias:
    """Another product's variable that answers the same question in other words.

    `read` gets its text and the whole environment. It gives the option's value as text or object,
    `None` when the variable says nothing about the option, and raises `ValueError` when it makes no sense.
    """

    __slots__ = ("name", "read")

    def __init__(self, name: str, read: Callable[[str, Mapping[str, str]], object]) -> None:
        self.name = name
        self.read = read


class Option(Generic[Value]):
    """One row of the table of options.

    `name` in lower case is the attribute of `Settings`, the key in a file, and `VEDETTE_<NAME>` in the environment.
    `aliases` are further variables, the first found of a family (`VEDETTE_`, `DD_`, `OTEL_`) wins.
    `live` options may be changed at run time by remote configuration. `secret` values are never shown, `personal` ones
    (who somebody is, where somebody comes from) on this machine only.
    An empty variable counts as absent, unless `empty` says that it means something.
    """

    __slots__ = ("aliases", "default", "doc", "empty", "kind", "live", "name", "personal", "secret")

    def __init__(
        self,
        name: str,
        kind: Kind[Value],
        default: Value | None,
        aliases: tuple[str | Alias, ...] = (),
        doc: str = "",
        live: bool = False,
        secret: bool = False,
        empty: bool = False,
        personal: bool = False,
    ) -> None:
        self.name = name
        self.kind = kind
        self.default = default
        self.aliases = aliases
        self.doc = doc
        self.live = live
        self.secret = secret
        self.empty = empty
        self.personal = personal

    @property
    def variable(self) -> str:
        """The option's own environment variable."""
        return "VEDETTE_" + self.name.upper()

    @property
    def annotation(self) -> str:
        """The type of the option's value, as written in Python source."""
        return self.kind.annotation if self.default is not None else f"{self.kind.annotation} | None"
