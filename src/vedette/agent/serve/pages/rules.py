"""Rules: the mode of each, what they pass over, and rules of one's own."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from vedette.agent.panels.rules import EXAMPLE, SOURCES, custom_rule_of, excluded, exclusion_of, table, told_exclusion
from vedette.agent.remote import items as shelf
from vedette.agent.remote.check import Wrong
from vedette.agent.remote.items import Item
from vedette.agent.serve.changing import around, changing
from vedette.agent.serve.shell import Shell
from vedette.agent.serve.view import read

KINDS = ("rule", "exclusion", "custom-rule")
CONFIGS = (("ASM", "rule-modes"), ("ASM", "exclusions"), ("ASM", "custom-rules"))


def routes(shell: Shell) -> list[Route]:
    """`/rules`, with `q` for a part of a rule's name; posting to it changes them."""

    async def show(request: Request, said: dict[str, Any]) -> Response:
        view = read(request)
        search = view.given.get("q", "").strip()
        items = await shell.ask(lambda cursor: shelf.find(cursor, KINDS))
        own = [item for item in items if item.kind == "custom-rule"]
        values = {
            **await around(shell, CONFIGS),
            **said,
            "search": search,
            "rows": table(items, search),
            "exclusions": [excluded(item) for item in items if item.kind == "exclusion"],
            "own": [{"item": item, "text": json.dumps(item.value, indent=2, ensure_ascii=False)} for item in own],
            "changed": sum(item.kind == "rule" for item in items),
            "sources": list(SOURCES),
            "example": EXAMPLE,
        }
        return shell.panel(request, "rules.html", view, values)

    async def page(request: Request) -> Response:
        return await show(request, {})

    return [
        Route("/rules", page, methods=["GET"]),
        Route("/rules", changing(shell, wishes, show), methods=["POST"]),
    ]


def wishes(form: Mapping[str, str]) -> Sequence[Item]:
    """What one of the page's forms wishes. Raises Wrong."""
    what = form.get("what", "")
    if what == "exclusion":
        return [exclusion_of(form)]
    if what == "exclusion-as-told":
        return [told_exclusion(form)]
    if what == "custom-rule":
        return [custom_rule_of(form)]
    if what == "rule":
        return [Item("rule", form.get("id", ""), form.get("service", "").strip(), "", {"mode": form.get("mode", "")})]
    raise Wrong("that is not one of the page's forms")
