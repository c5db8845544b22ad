"""The routes that an application's router knows, whether anybody has asked for them or not."""

from __future__ import annotations

from itertools import islice

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    Route = tuple[str, str]
    """Method (`*` for any) and template, in the framework's spelling."""

_MOST = 2_000
"""Routes that are told of one application."""
_MOST_APPLICATIONS = 1_000


class KnownRoutes:
    """Integrations tell them when an application answers its first request: its routes are all there by then."""

    __slots__ = ("_told", "wanted")

    def __init__(self) -> None:
        self.wanted: Callable[[str, list[Route]], None] | None = None
        """Who is told: the name of the framework's requests, and the routes; None if nobody wants to know."""
        self._told: set[int] = set()

    def asks(self, application: object) -> bool:
        """Whether the routes of this application are to be told."""
        return self.wanted is not None and id(application) not in self._told

    def tell(self, application: object, name: str, routes: Iterable[Route]) -> None:
        """Tells them, once. `name` is that of the framework's requests (`flask.request`)."""
        if self.wanted is None or len(self._told) >= _MOST_APPLICATIONS:
            return
        self._told.add(id(application))  # first: what fails once is not tried with every request
        self.wanted(name, list(islice(routes, _MOST)))

    def listen(self, wanted: Callable[[str, list[Route]], None] | None) -> None:
        """From now on that one is told, of all applications anew; None for nobody."""
        self._told.clear()
        self.wanted = wanted


ROUTES = KnownRoutes()
"""Of this process."""
