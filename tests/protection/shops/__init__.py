"""The same small application on every web framework: what the tests attack.

One module per framework. A module builds its application of `tests.protection.shop` and has a dict `CLIENTS`: name to a
factory of a `shop.Client` (more than one where a framework is used in different ways: with middleware, as WSGI and
ASGI). The tests run over all of them. A framework that is not installed is left out; in CI its tests fail instead.

A shop offers, and notes in `shop.ran` what was reached:

- `/page` (GET, POST, HEAD): notes "page", answers "page"
- `/path/<rest>`, the rest with slashes, a path parameter: notes "path", answers the rest
- `/search?name=`: `shop.search(name)` as JSON `{"rows": ...}`; an `Exception` of it becomes a 500 with its `repr`
- `/swallow?name=`: the same by `shop.swallowing(name)`
- `/changed?name=`: the same by `shop.search`; any `BaseException` of it becomes `LookupError("mine")`
- `/streamed?name=&begin=`: a stream of "begun" (if `begin` is asked for), `shop.search(name)`, "ended"
- `/body/<how>` (POST), a path parameter: notes "body", reads, notes "read", answers JSON `{"got": ...}`. `how` is
  `json` (parsed; None if it can't be), `form` (a dict of fields; of files their names), `twice` (text, then parsed, as
  a list), `ignored` (reads nothing), `part` (ten bytes, where the framework can), else the text

Whatever is not found answers 404. Where a framework has middleware of its own, a "layered" client has one that notes
"reached" before the application runs.
"""

from __future__ import annotations

import os
from importlib import import_module
from pkgutil import iter_modules
from typing import TYPE_CHECKING, Any

from vedette.integrations.load import load_integration

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.protection.shop import Client


def _absent(module: str, error: ImportError) -> dict[str, Callable[[], Client]]:
    """In CI a client that fails; not of a library that can't be installed beside the others."""

    def client() -> Any:
        raise error

    is_wanted = os.environ.get("CI") and not load_integration(module).apart
    return {str(error.name): client} if is_wanted else {}


def _clients_of(module: str) -> dict[str, Callable[[], Client]]:
    try:
        found: dict[str, Callable[[], Client]] = import_module(f"{__name__}.{module}").CLIENTS
    except ImportError as error:
        return _absent(module, error)
    return found


CLIENTS = {name: client for module in iter_modules(__path__) for name, client in _clients_of(module.name).items()}
"""Every client by its name."""
