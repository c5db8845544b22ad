"""The JSON API beside the questions of `endpoints.py`: what pages with routes of their own answer, and changes.

Only described here, for the OpenAPI document; their routes are in `api.py`, `remote_api.py` and `pages/`.
"""

from __future__ import annotations

from dataclasses import dataclass

from vedette.agent.serve.endpoints import SCOPE, Parameter
from vedette.agent.serve.schemas import ANYTHING, TEXT, TRUTH, WHOLE, Schema, made_of, many


@dataclass(frozen=True)
class Operation:
    """A method of an address."""

    path: str
    name: str
    """Operation id."""
    says: str
    schema: Schema
    """Of the answer."""
    method: str = "get"
    parameters: tuple[Parameter, ...] = ()
    takes: str = ""
    """Media type of the body; empty for none."""
    gives: str = "application/json"
    refuses: tuple[str, ...] = ()
    """Statuses of answers that say why it was not done."""


CHANGES = "; needs the header `X-Vedette-Token`"
WHOM = (Parameter("service", "only for this service", TEXT), Parameter("env", "only for this environment", TEXT))
ITEMS = "/api/remote/{kind}"
ITEM = "/api/remote/{kind}/{id}"
KEPT = made_of(items=many(ANYTHING), kept=WHOLE)
JSON = "application/json"

ALL: tuple[Operation, ...] = (
    Operation(
        "/api/endpoints",
        "inventory",
        "Endpoints of applications, as their requests and routers tell of them.",
        made_of(endpoints=many(ANYTHING)),
        parameters=WHOM,
    ),
    Operation(
        "/api/openapi",
        "inventory_document",
        "An OpenAPI 3.1 document of one service; `service` may be left out where there is only one.",
        ANYTHING,
        parameters=WHOM,
        refuses=("400", "404"),
    ),
    Operation(
        "/api/users",
        "users",
        "Accounts and addresses with sign-ins that failed or succeeded, and likely takeovers.",
        made_of(accounts=many(ANYTHING), addresses=many(ANYTHING), chart=ANYTHING),
        parameters=SCOPE,
    ),
    Operation(
        "/api/import",
        "import",
        f"Takes whole spans, one JSON object a line as `/api/export` gives them{CHANGES}.",
        made_of(spans=WHOLE),
        method="post",
        takes="application/x-ndjson",
        refuses=("400", "403", "413", "429", "503"),
    ),
    Operation(
        "/api/remote",
        "remote",
        "Remote configuration: how much is wished for, and which processes follow it.",
        made_of(version=WHOLE, key=TEXT, items=ANYTHING, clients=many(ANYTHING)),
    ),
    Operation(
        ITEMS,
        "wishes",
        "Wishes of one kind, the newest first.",
        made_of(items=many(ANYTHING), total=WHOLE),
        parameters=(
            Parameter("q", "only with this in the id or the note", TEXT),
            Parameter("limit", "how many at most (1,000)", WHOLE),
            Parameter("offset", "how many to pass over", WHOLE),
        ),
        refuses=("404",),
    ),
    Operation(
        ITEMS,
        "add_wishes",
        f"Keeps many wishes of one kind: a list of ids, or of objects with an `id`{CHANGES}.",
        KEPT,
        method="post",
        parameters=WHOM,
        takes=JSON,
        refuses=("400", "403", "413", "503"),
    ),
    Operation(
        ITEM,
        "put_wish",
        f"Keeps one wish: `value`, `expires` (seconds since the epoch) or `for` (seconds), `note`{CHANGES}.",
        KEPT,
        method="put",
        parameters=WHOM,
        takes=JSON,
        refuses=("400", "403", "413", "503"),
    ),
    Operation(
        ITEM,
        "remove_wish",
        f"Gives up a wish{CHANGES}.",
        made_of(removed=TRUTH),
        method="delete",
        parameters=WHOM,
        refuses=("403", "404", "503"),
    ),
    Operation("/api/remote/flares", "flares", "Flares that processes have sent.", made_of(flares=many(ANYTHING))),
    Operation(
        "/api/remote/flares/{number}",
        "flare",
        "One flare, as it came.",
        {"type": "string", "contentEncoding": "binary"},
        gives="application/zip",
        refuses=("404",),
    ),
)
