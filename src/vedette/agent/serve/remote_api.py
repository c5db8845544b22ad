"""The JSON API of remote configuration: what operators want, who asks, and what became of it there.

`GET /api/remote` tells of all; `GET /api/remote/<kind>` lists items; `PUT` and `DELETE /api/remote/<kind>/<id>` (with
`service` and `env` in the query string, all without) change one, `POST /api/remote/<kind>` keeps many. Bodies are
`{"value": ..., "expires": seconds since the epoch, "for": seconds from now, "note": text}`. `GET /api/remote/flares`
lists what processes told of themselves, `GET /api/remote/flares/<id>` is the zip.
"""

from __future__ import annotations

import json
import time
from functools import partial
from typing import Any

import anyio.to_thread
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from vedette.agent.remote import describe
from vedette.agent.remote import items as shelf
from vedette.agent.remote.check import Wrong
from vedette.agent.remote.desk import Desk, NotKept, TooMany
from vedette.agent.remote.items import KINDS, Item
from vedette.agent.serve.answer import Answer
from vedette.agent.serve.context import Context
from vedette.agent.serve.form import TooLarge, body_of
from vedette.agent.serve.parameters import number

PAGE = 1_000
"""Items of one answer."""


def routes(context: Context) -> list[Route]:
    """The routes; those that change something need the token, see `NeedsToken`."""
    desk = context.desk

    async def overview(request: Request) -> Response:
        counts = await context.ask(lambda cursor: {kind: shelf.count(cursor, [kind]) for kind in KINDS})
        clients = [describe.client(one, desk.version) for one in desk.clients.all()]
        told = {"version": desk.version, "key": desk.key.public, "items": counts, "clients": clients}
        return Answer(told)

    async def listed(request: Request) -> Response:
        kind, search = request.path_params["kind"], request.query_params.get("q", "")
        if kind not in KINDS:
            return _problem(f"there is nothing of the kind {kind!r}; there are {', '.join(KINDS)}", 404)
        limit, offset = min(number(request, "limit") or PAGE, PAGE), number(request, "offset") or 0
        found = await context.ask(partial(shelf.find, kinds=[kind], search=search, limit=limit, offset=offset))
        total = await context.ask(partial(shelf.count, kinds=[kind], search=search))
        return Answer({"items": [describe.item(one) for one in found], "total": total})

    async def put(request: Request) -> Response:
        return await _changed(desk, request, _one)

    async def post(request: Request) -> Response:
        return await _changed(desk, request, _many)

    async def delete(request: Request) -> Response:
        kind, identity = request.path_params["kind"], request.path_params["id"]
        service, env = (request.query_params.get(name, "") for name in ("service", "env"))
        try:
            found = await anyio.to_thread.run_sync(desk.remove, kind, identity, service, env)
        except NotKept as error:
            return _problem(str(error), 503)
        return Answer({"removed": found}, 200 if found else 404)

    async def flares(request: Request) -> Response:
        return Answer({"flares": [describe.flare(one) for one in context.flares.all()]})

    async def flare(request: Request) -> Response:
        found = context.flares.find(request.path_params["number"])
        if found is None:
            return _problem("there is no such flare, or it was pushed out by newer ones", 404)
        headers = {"Content-Disposition": f'attachment; filename="{found.name}"', "Cache-Control": "no-store"}
        return Response(found.content, media_type="application/zip", headers=headers)

    return [
        Route("/api/remote", overview),
        Route("/api/remote/flares", flares),
        Route("/api/remote/flares/{number:int}", flare),
        Route("/api/remote/{kind}", listed, methods=["GET"]),
        Route("/api/remote/{kind}", post, methods=["POST"]),
        Route("/api/remote/{kind}/{id:path}", put, methods=["PUT"]),
        Route("/api/remote/{kind}/{id:path}", delete, methods=["DELETE"]),
    ]


async def _changed(desk: Desk, request: Request, read: Any) -> Response:
    try:
        body = await body_of(request)
        # In a thread: a list of a hundred thousand entries takes a while to read.
        kept = await anyio.to_thread.run_sync(lambda: desk.put(read(request, json_of(body))))
    except TooLarge as error:
        return _problem(str(error), 413)
    except NotKept as error:
        return _problem(str(error), 503)
    except (Wrong, TooMany, ValueError) as error:
        return _problem(str(error), 400)
    return Answer({"items": [describe.item(one) for one in kept[:PAGE]], "kept": len(kept)})


def _one(request: Request, body: Any) -> list[Item]:
    return [_item(request, request.path_params["id"], body)]


def _many(request: Request, body: Any) -> list[Item]:
    """A list of texts, or of objects that have an `id` beside the usual entries."""
    if not isinstance(body, list):
        raise Wrong("expected a list")
    entries = [{"id": entry} if isinstance(entry, str) else entry for entry in body]
    if not all(isinstance(entry, dict) for entry in entries):
        raise Wrong("expected texts, or objects with an id")
    return [_item(request, str(entry.get("id") or ""), entry) for entry in entries]


def _item(request: Request, identity: str, body: Any) -> Item:
    if not isinstance(body, dict):
        raise Wrong("expected an object")
    service, env = (str(request.query_params.get(name) or body.get(name) or "") for name in ("service", "env"))
    note = str(body.get("note") or "")
    return Item(request.path_params["kind"], identity, service, env, body.get("value"), ends(body), note)


def ends(body: dict[str, Any]) -> int:
    """The time at which it ends, in seconds since the epoch: `expires`, or `for` so many seconds; 0 for never.

    Raises Wrong.
    """
    try:
        lasting = float(body.get("for") or 0)
        expires = int(body.get("expires") or 0)
    except (TypeError, ValueError):
        raise Wrong("expires and for: expected seconds") from None
    if not (0 <= lasting < 1e10 and 0 <= expires < 1e11):
        raise Wrong("expires and for: expected seconds")
    return int(time.time() + lasting) if lasting else expires


def json_of(body: bytes) -> Any:
    """A body, which is JSON; an empty one is an empty object. Raises Wrong."""
    try:
        return json.loads(body or b"{}")
    except (ValueError, RecursionError) as error:
        raise Wrong(f"not JSON: {error}") from None


def _problem(text: str, status: int) -> Response:
    return Answer({"error": text}, status)
