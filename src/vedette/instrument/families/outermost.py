"""Functions that use one another, of which the outermost alone tells."""

from __future__ import annotations

from contextvars import ContextVar

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any


class Outermost:
    """Whether one of these functions is at work in this task or thread. One for each group of functions, for good."""

    def __init__(self, name: str) -> None:
        self._at_work: ContextVar[bool] = ContextVar(f"vedette_{name}", default=False)

    def is_at_work(self) -> bool:
        """Whether what happens now happens within one of the functions."""
        return self._at_work.get()

    def of(self, original: Callable[..., Any]) -> Callable[..., Any]:
        """The function, as the outermost one."""

        def at_work(*args: Any, **kwargs: Any) -> Any:
            token = self._at_work.set(True)
            try:
                return original(*args, **kwargs)
            finally:
                self._at_work.reset(token)

        return at_work
