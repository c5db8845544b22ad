"""Remote settings: what is typed into the form, and what is wanted of which service."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping, Sequence
from typing import Any

from vedette.agent.panels.units import colour
from vedette.agent.remote import describe
from vedette.agent.remote.check import Wrong
from vedette.agent.remote.clients import Client
from vedette.agent.remote.items import Item

MODES = {
    "off": "off",
    "monitor": "monitor: report",
    "rules": "rules: own rules and deny lists refuse",
    "block": "block: refuse attacks",
}
YES = {"true": True, "false": False}


def settings_of(form: Mapping[str, str]) -> Item:
    """The settings of a service out of the form; what is left open is not among them. Raises Wrong."""
    values: dict[str, Any] = {}
    if form.get("protection"):
        values["protection"] = form["protection"]
    if form.get("sample_rate", "").strip():
        values["sample_rate"] = _share(form["sample_rate"])
    for name in ("logs_injection", "enabled"):
        if form.get(name):
            values[name] = YES.get(form[name], form[name])
    values.update(_more(form.get("more", "")))
    if not values:
        raise Wrong("nothing is chosen")
    scope = form.get("service", "").strip(), form.get("env", "").strip()
    return Item("settings", "settings", *scope, values, 0, form.get("note", ""))


def _share(text: str) -> float:
    try:
        return round(float(text.strip().rstrip("%")) / 100, 6)
    except ValueError:
        raise Wrong(f"{text!r} is no share in percent") from None


def _more(text: str) -> dict[str, Any]:
    if not text.strip():
        return {}
    try:
        values = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise Wrong(f"further options: not JSON: {error}") from None
    if not isinstance(values, dict):
        raise Wrong("further options: expected an object")
    return values


def row(item: Item) -> dict[str, Any]:
    """The settings of one target as the table shows them."""
    values = dict(item.value)
    shown = []
    if "protection" in values:
        shown.append({"name": "protection", "text": values.pop("protection")})
    if "sample_rate" in values:
        shown.append({"name": "sampling", "text": f"{values.pop('sample_rate') * 100:g} %"})
    shown += [{"name": name.replace("_", " "), "text": _text(value)} for name, value in values.items()]
    if item.expires:
        shown.append({"name": "until", "text": time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime(item.expires))})
    scope = {"service": item.service, "env": item.env, "colour": colour(item.service) if item.service else None}
    return {**scope, "values": shown, "note": item.note, "changed": item.changed}


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "on" if value else "off"
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def processes(clients: Sequence[Client], version: int) -> list[dict[str, Any]]:
    """The processes that ask, each with what became of what it should have."""
    told = (describe.client(client, version) for client in clients)
    return [{**one, "colour": colour(one["service"]), "verdict": _verdict(one)} for one in told]


def _verdict(client: dict[str, Any]) -> str:
    if client["silent"]:
        return "silent"
    if client["refused"] or client["error"]:
        return "refused"
    return "applied" if client["settled"] else "waiting"


def services(clients: Sequence[Client], items: Sequence[Item]) -> dict[str, list[str]]:
    """Names to choose from: services and environments of which something is known."""
    names = {one.said.service for one in clients} | {item.service for item in items}
    envs = {one.said.env for one in clients} | {item.env for item in items}
    return {"services": sorted(names - {""}), "envs": sorted(envs - {""})}
