"""Values that follow from several options."""

from __future__ import annotations

from os.path import exists

from vedette.settings.origin import DEFAULT, Origin, Problem

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from vedette.settings.collect import Collection

AGENT_SOCKET = "/var/run/datadog/apm.socket"


def derive(values: dict[str, Any], found: Collection) -> None:
    """Replaces in `values` what depends on other options, and notes from which source it follows."""
    for name, rule in RULES:
        value, follows = rule(values, found)
        if follows is not None:
            values[name] = value
            found.origins.setdefault(name, []).append(Origin("calculated", follows, None, value, (DEFAULT, 0)))


def winner(found: Collection, *names: str) -> str | None:
    """Which of these options has the strongest source; the earlier of two that are equal, `None` if none has any."""
    ranks = {name: found.origins[name][-1].order[0] for name in names if found.origins.get(name)}
    return max(ranks, key=ranks.__getitem__) if ranks else None


def _agent_url(values: dict[str, Any], found: Collection) -> tuple[str | None, str | None]:
    strongest = winner(found, "agent_url", "agent_host", "agent_port")
    if strongest == "agent_url":
        return None, None
    if strongest is None and exists(AGENT_SOCKET):
        return "unix://" + AGENT_SOCKET, "the socket of the Datadog Agent on this host"
    return f"http://{_bracketed(values['agent_host'])}:{values['agent_port']}", "agent_host, agent_port"


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host and not host.startswith("[") else host


def _exporters(values: dict[str, Any], found: Collection) -> tuple[str | None, str | None]:
    if values["exporters"] != "auto":
        return None, None
    endpoint = winner(found, "otlp_traces_endpoint", "otlp_endpoint")
    return ("otlp", endpoint) if endpoint else ("datadog", "otlp_endpoint")


def _otlp_traces_endpoint(values: dict[str, Any], found: Collection) -> tuple[str | None, str | None]:
    base = winner(found, "otlp_traces_endpoint", "otlp_endpoint")
    name = base or "agent_host"
    address = values[base] if base else f"http://{_bracketed(values['agent_host'])}:4318"
    usable = _http_port(address, base, found)
    if base == "otlp_traces_endpoint":
        return (usable, name) if usable != address else (None, None)
    return usable + "/v1/traces", name


def _http_port(address: str, option: str | None, found: Collection) -> str:
    """4317 is where gRPC is spoken: unless HTTP was asked for, the port of OTLP over HTTP takes its place."""
    scheme, _, rest = address.partition("://")
    authority, slash, path = rest.partition("/")
    asked = found.origins.get("otlp_protocol")
    if option is None or not authority.endswith(":4317") or (asked and "grpc" not in str(asked[-1].raw).lower()):
        return address
    message = "port 4317 speaks gRPC, which is not available; sending to port 4318 instead"
    found.problems.append(Problem("invalid", found.origins[option][-1].key, message))
    return f"{scheme}://{authority[: -len('4317')]}4318{slash}{path}"


def _style(name: str) -> Callable[[dict[str, Any], Collection], tuple[object, str | None]]:
    def rule(values: dict[str, Any], found: Collection) -> tuple[object, str | None]:
        own = winner(found, name, "propagation_style") == name
        return (None, None) if own else (values["propagation_style"], "propagation_style")

    return rule


def _without_none(name: str) -> Callable[[dict[str, Any], Collection], tuple[object, str | None]]:
    def rule(values: dict[str, Any], _found: Collection) -> tuple[object, str | None]:
        values[name] = tuple(style for style in values[name] if style != "none")
        return None, None

    return rule


RULES: tuple[tuple[str, Callable[[dict[str, Any], Collection], tuple[object, str | None]]], ...] = (
    ("exporters", _exporters),
    ("otlp_traces_endpoint", _otlp_traces_endpoint),
    ("agent_url", _agent_url),
    ("propagation_style_extract", _style("propagation_style_extract")),
    ("propagation_style_inject", _style("propagation_style_inject")),
    ("propagation_style", _without_none("propagation_style")),
    ("propagation_style_extract", _without_none("propagation_style_extract")),
    ("propagation_style_inject", _without_none("propagation_style_inject")),
)
