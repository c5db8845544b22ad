"""A program that is about to be run."""

from __future__ import annotations

import os

from vedette.operations.operation import Operation

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from vedette._native import Span

_SENSITIVE = (
    "password", "passwd", "mysql_pwd", "access_token", "auth_token", "api_key", "apikey", "secret", "credential",
    "stripetoken",
)  # fmt: skip
_HIDDEN = "?"


class Command(Operation):
    """A program with its arguments, or a line for a shell."""

    __slots__ = ("arguments", "exit_code", "line", "protection")

    type = "system"

    def __init__(self, name: str | None, arguments: list[str] | None = None, line: str | None = None) -> None:
        self.name = name
        self.service = None
        self.inject_into = None
        self.kind = "internal"
        self.arguments = arguments
        """The program and what it is given; None for a line."""
        self.line = line
        """What a shell is given; None for a program."""
        self.exit_code: int | None = None
        self.resource = self._program()

    def _program(self) -> str:
        if self.arguments:
            return os.path.basename(self.arguments[0])
        words = (word for word in (self.line or "").split() if not _is_assignment(word))
        return os.path.basename(next(words, "sh"))

    def is_same(self, other: Command) -> bool:
        """Whether both are the same program started, seen at two places."""
        return self.arguments == other.arguments and self.line == other.line

    def begin(self, span: Span) -> None:
        """What is run, without secrets."""
        if self.arguments is not None:
            span.set_attribute("cmd.exec", list(without_secrets(self.arguments)))
        else:
            span.set_attribute("cmd.shell", " ".join(without_secrets((self.line or "").split(" "))))

    def end(self, span: Span) -> None:
        """How it ended, if it has."""
        if self.exit_code is not None:
            span.set_attribute("cmd.exit_code", self.exit_code)


def without_secrets(words: list[str]) -> Iterator[str]:
    """The words of a command; what follows a name such as `--password` is hidden, and what environment it is given."""
    hide = False
    for at, word in enumerate(words):
        name, equals, _ = word.partition("=")
        sensitive = any(each in name.lower().replace("-", "_") for each in _SENSITIVE)
        if hide:
            yield _HIDDEN
        elif equals and (sensitive or (at == 0 and _is_assignment(word))):
            yield f"{name}={_HIDDEN}"
        else:
            yield word
        hide = sensitive and not equals and name.startswith("-")


def _is_assignment(word: str) -> bool:
    name, equals, _ = word.partition("=")
    return bool(equals) and name.isidentifier()


def texts(arguments: Any) -> list[str] | None:
    """A program and its arguments as texts; None for what is no list of such."""
    try:
        return [os.fsdecode(argument) for argument in arguments]
    except TypeError:
        return None
