"""How views, middleware and receivers of Django are called in resources."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import pytest

from vedette.integrations.django.names import path_of


class Shown:
    def get(self) -> None:
        """A method of a class-based view."""

    def __call__(self) -> None:
        """Of an instance that is a view."""


def view() -> None:
    """A view."""


def middleware() -> Callable[[], None]:
    def inner() -> None:
        """What a request goes through."""

    return inner


def views() -> Any:
    class Inner:
        def get(self) -> None:
            """A method of a view that a function makes."""

    return Inner


@pytest.mark.parametrize(
    ("thing", "name"),
    [
        (view, "view"),
        (Shown, "Shown"),
        (Shown.get, "Shown.get"),
        (Shown(), "Shown"),
        (middleware(), "middleware"),
        (views().get, "Inner.get"),
    ],
)
def test_names(thing: Any, name: str) -> None:
    assert path_of(thing) == f"{__name__}.{name}"


def test_what_has_no_name_is_called_by_its_class() -> None:
    assert path_of(functools.partial(view)) == "functools.partial"
