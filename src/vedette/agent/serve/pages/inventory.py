"""The API inventory: the table of endpoints, one endpoint, and OpenAPI documents."""

from __future__ import annotations

import json
import re
from functools import partial
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from vedette.agent.inventory.endpoint import Endpoint, Identity
from vedette.agent.inventory.openapi import openapi
from vedette.agent.panels import inventory as panel
from vedette.agent.panels import units
from vedette.agent.serve.answer import Answer
from vedette.agent.serve.context import Context
from vedette.agent.serve.shell import Shell
from vedette.agent.serve.view import View, quoted, read, service_path

PAGE = 100
"""Lines of a page."""


def routes(shell: Shell) -> list[Route]:
    """`/api-inventory`, `/api-inventory/endpoint` (`service`, `method`, `route`); `/api/openapi`, `/api/endpoints`."""

    async def table(request: Request) -> Response:
        view = read(request)
        await caught_up(shell.context)
        # In a thread, as all that asks the book: it may be busy learning, and copies what it gives.
        values = await shell.think(partial(_listing, shell.context), view)
        return shell.panel(request, "inventory.html", view, values)

    async def one(request: Request) -> Response:
        view = read(request)
        await caught_up(shell.context)
        identity = Identity(*(view.given.get(name, "") for name in Identity._fields))
        found = await shell.think(shell.context.book.find, identity)
        if found is None:
            return shell.missing(request, "There is no such endpoint here. It may not have been asked for a month.")
        return shell.panel(request, "inventory_endpoint.html", view, _details(found, view))

    async def document(request: Request) -> Response:
        await caught_up(shell.context)
        service, env = (request.query_params.get(name, "") for name in ("service", "env"))
        return await shell.think(partial(_document, shell.context, service), env)

    async def listing(request: Request) -> Response:
        await caught_up(shell.context)
        return Answer({"endpoints": await shell.think(partial(_everything, shell.context), read(request))})

    return [
        Route("/api-inventory", table),
        Route("/api-inventory/endpoint", one),
        Route("/api/openapi", document),
        Route("/api/endpoints", listing),
    ]


async def caught_up(context: Context) -> None:
    """The book knows everything that is stored."""
    newest = context.writer.seq
    await context.ask(lambda cursor: context.book.catch_up(cursor, newest))


def _everything(context: Context, view: View) -> list[dict[str, Any]]:
    return [panel.as_json(each) for each in panel.ordered(context.book.all(view.service, view.env), "")]


def _listing(context: Context, view: View) -> dict[str, Any]:
    show, find = view.given.get("show", ""), view.given.get("find", "")
    everything = context.book.all(view.service, view.env)
    found = panel.ordered(panel.shown(everything, show, find), view.sort)
    rows = found[(view.page - 1) * PAGE : view.page * PAGE]
    services = context.book.services()
    return {
        "rows": [_line(each, view) for each in rows],
        "filters": [_filter(everything, name, label, view) for name, label in panel.SHOW.items()],
        "total": f"{len(found):,}",
        "pages": -(-len(found) // PAGE),
        "known": bool(everything),
        "services": [
            {"name": name, "colour": units.colour(name), "href": view.address(service=name), "on": name == view.service}
            for name in services
        ],
        "openapi": f"{view.address('/api/openapi', service=view.service)}" if view.service else "",
    }


def _filter(endpoints: list[Endpoint], name: str, label: str, view: View) -> dict[str, Any]:
    count = len(panel.shown(endpoints, name, ""))
    return {"label": label, "count": count, "href": view.address(show=name), "on": view.given.get("show", "") == name}


def _line(each: Endpoint, view: View) -> dict[str, Any]:
    told = panel.line(each)
    address = view.address("/api-inventory/endpoint", **{"t": None, "env": None, **told["keys"]})
    return {**told, "href": address, "attacked": view.search(f"{_terms(each)} attack")}


def _terms(each: Endpoint) -> str:
    """The search for an endpoint's traces."""
    service, method, route = each.identity
    name = "http.endpoint" if each.guessed else "http.route"
    # Some frameworks spell their routes without the slash at the beginning.
    return f"service:{quoted(service)} http.request.method:{method} {name}:{quoted('*' + route.lstrip('/'))}"


def _details(each: Endpoint, view: View) -> dict[str, Any]:
    terms = _terms(each)
    return {
        "endpoint": panel.details(each),
        "traces": view.search(terms),
        "failed": view.search(f"{terms} error"),
        "attacked": view.search(f"{terms} attack"),
        "above": view.address("/api-inventory", method=None, route=None),
        "service_href": view.address(service_path(each.identity.service), service=None),
    }


def _document(context: Context, service: str, env: str) -> Response:
    services = context.book.services()
    if not service and len(services) == 1:
        (service,) = services
    if service not in services:
        problem = "no such service" if service else "say which service"
        return Answer({"error": problem, "services": services}, 404 if service else 400)
    document = json.dumps(openapi(service, context.book.all(service, env)), ensure_ascii=False, indent=2)
    name = re.sub(r"[^A-Za-z0-9._-]+", "-", service)[:80]
    headers = {"Content-Disposition": f'inline; filename="{name}.openapi.json"', "Cache-Control": "no-store"}
    return Response(document.encode("utf-8", "replace"), 200, headers, "application/json")
