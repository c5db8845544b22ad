"""What the address of a panel says: period, service, environment, order, page. All state is in the address."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote, urlencode

from starlette.requests import Request

from vedette.agent.query.period import LENGTHS, USUAL, Period, between, last
from vedette.agent.query.scope import Scope
from vedette.agent.serve.parameters import number

LONGEST = 5_000
"""Characters of a value from an address that are used."""
LAST_PAGE = 10_000
MILLION = 1_000_000


@dataclass(frozen=True)
class View:
    """An address, read."""

    path: str
    period: Period
    service: str
    env: str
    sort: str
    page: int
    """From 1."""
    given: dict[str, str]
    """All parameters as they came."""

    @property
    def scope(self) -> Scope:
        """What queries are limited to."""
        return Scope(self.period, self.service, self.env)

    def address(self, path: str = "", /, **changed: object) -> str:
        """This address with other parameters (None takes one away); another path keeps period, service and environment.

        Any change but that of the page itself begins at the first page.
        """
        kept = self.given if not path else {key: self.given[key] for key in KEPT if key in self.given}
        merged = {**kept, **({} if "page" in changed else {"page": None}), **changed}
        query = urlencode({key: str(value) for key, value in merged.items() if value not in (None, "")})
        path = path or self.path
        return f"{path}?{query}" if query else path

    def search(self, terms: str) -> str:
        """The address of the traces that match these terms, in this period and environment."""
        env = f" deployment.environment.name:{quoted(self.env)}" if self.env else ""
        return self.address("/", q=terms + env, service=None, env=None)


def service_path(name: str) -> str:
    """The path of the page of a service, whatever it is called."""
    return f"/services/{quote(name, safe='')}"


KEPT = ("t", "from", "to", "service", "env")


def read(request: Request) -> View:
    """The view that a request asks for."""
    given = {name: value[:LONGEST] for name, value in request.query_params.items()}
    return View(
        request.url.path,
        period(request),
        given.get("service", ""),
        given.get("env", ""),
        given.get("sort", ""),
        min(max(number(request, "page") or 1, 1), LAST_PAGE),
        given,
    )


def period(request: Request) -> Period:
    """From `from` and `to` (milliseconds since the epoch), or `t` (a name such as `1h`)."""
    start, end = number(request, "from"), number(request, "to")
    if start is not None and end is not None:
        return between(start * MILLION, end * MILLION)
    return last(request.query_params.get("t", USUAL))


def choices(view: View) -> list[dict[str, object]]:
    """The periods to choose from."""
    return [
        {"name": name, "href": view.address(t=name, **{"from": None, "to": None}), "on": name == view.period.name}
        for name in LENGTHS
    ]


def quoted(value: str) -> str:
    """A value as the search language takes it: the quotes that it can't hold become any one character's place."""
    return '"' + value.replace('"', "*") + '"'
