"""Items, configurations and clients as plain data: for the JSON API and for panels."""

from __future__ import annotations

import time
from collections import Counter
from typing import Any

from vedette.agent.receive.flares import Flare
from vedette.agent.remote.clients import APPLIED, REFUSED, WAITING, Client
from vedette.agent.remote.items import Item

Json = dict[str, Any]


def item(one: Item) -> Json:
    """One item."""
    return one._asdict()


def client(one: Client, version: int) -> Json:
    """One client, with what became of each configuration that it should have; `version` is that of all wishes.

    It is `settled` if it has asked since the last change, and has said of all that it should have what became of it.
    """
    configs = []
    for product, identity in sorted(one.wanted):
        state, error = one.state(product, identity)
        configs.append({"product": product, "id": identity, "state": state, "error": error})
    counts = Counter(config["state"] for config in configs)
    return {
        "id": one.id,
        "service": one.said.service,
        "env": one.said.env,
        "version": one.said.version,
        "language": one.said.language,
        "tracer_version": one.said.tracer_version,
        "settled": one.version == version and not counts[WAITING] and _has_no_more(one),
        "protected": "ASM_DATA" in one.said.products,
        "asked_ago": round(time.monotonic() - one.asked, 1),
        "silent": one.silent,
        "error": one.said.error,
        "configs": configs,
        "applied": counts[APPLIED],
        "refused": counts[REFUSED],
        "waiting": counts[WAITING],
    }


def _has_no_more(one: Client) -> bool:
    return bool(one.said.error) or set(one.said.reported) == set(one.wanted)


def flare(one: Flare) -> Json:
    """One flare, without what is in it."""
    about = {name: value for name, value in one._asdict().items() if name != "content"}
    return {**about, "size": len(one.content)}


def progress(clients: list[Client], product: str, identity: str) -> Json:
    """How many clients have applied a configuration, have refused it (and why), and have not said yet."""
    states = [one.state(product, identity) for one in clients if (product, identity) in one.wanted and not one.silent]
    counts = Counter(state for state, _ in states)
    errors = sorted({error for state, error in states if state == REFUSED and error})
    return {"applied": counts[APPLIED], "refused": counts[REFUSED], "waiting": counts[WAITING], "errors": errors[:5]}
