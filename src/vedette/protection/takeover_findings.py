"""What is told of an attack on accounts: the findings, and what to put on a deny list because of them."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Literal

    from vedette.protection.redaction import Finding

    Pattern = Literal["brute_force", "distributed", "stuffing", "distributed_stuffing", "takeover"]

_USER, _ADDRESS = "usr.login", "http.client_ip"
RULES: dict[str, tuple[str, str, str, str]] = {
    "brute_force": ("vdt-ato-001", "Brute force against an account", "brute_force", _USER),
    "distributed": ("vdt-ato-002", "Brute force against an account from many addresses", "brute_force", _USER),
    "stuffing": ("vdt-ato-003", "Credential stuffing from one address", "credential_stuffing", _ADDRESS),
    "distributed_stuffing": ("vdt-ato-004", "Credential stuffing from many addresses", "credential_stuffing", _USER),
    "takeover": ("vdt-ato-005", "Likely account takeover", "account_takeover", _USER),
}
"""Pattern to the id, name and type of its rule, and the address of what it is about."""
_EXPLANATIONS = {
    "brute_force": "Sign-ins to this account fail more often than its user would mistype.",
    "distributed": "Sign-ins to this account fail from more addresses than one user has.",
    "stuffing": "Sign-ins from this address fail at many accounts: stolen names and passwords are being tried.",
    "distributed_stuffing": "Most sign-ins fail, at many accounts and from many addresses.",
    "takeover": "An account under attack signed in, from an address that it was not known by.",
}


def finding(pattern: Pattern, count: int, account: str, address: str | None) -> Finding:
    """A finding in the form of those that rules make. `count` is what reached the threshold."""
    rule, name, kind, about = RULES[pattern]
    value = (address or "") if about == _ADDRESS else account
    tags = {
        "type": kind,
        "category": "attack_attempt",
        "cwe": "307",
        "confidence": "high" if pattern == "takeover" else "medium",
        "explanation": _EXPLANATIONS[pattern],
        **_suggestion(pattern, account, address),
    }
    return {
        "rule_id": rule,
        "rule_name": name,
        "tags": tags,
        "operator": "sign_ins",
        "operator_value": str(count),
        "address": about,
        "key_path": [],
        "value": value,
        "highlight": [value],
        "on_match": [],
    }


def _suggestion(pattern: Pattern, account: str, address: str | None) -> dict[str, Any]:
    """What to deny, as a line of a deny list.

    Never an account for being attacked: to lock its user out would be the attacker's success.
    """
    if pattern == "takeover":
        return {"deny": f"user {account}"}
    if pattern in ("brute_force", "stuffing") and address is not None and not _is_inside(address):
        return {"deny": f"address {address}"}
    return {}


def _is_inside(address: str) -> bool:
    """Whether it is one of our own network's: a proxy that does not name its clients stands for all of them."""
    import ipaddress  # only where there is an attack

    try:
        parsed = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return True
    return any(parsed in ipaddress.ip_network(network) for network in _INSIDE if _same(parsed, network))


_INSIDE = ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "127.0.0.0/8", "169.254.0.0/16", "::1/128", "fc00::/7",
           "fe80::/10")  # fmt: skip
"""RFC 1918, RFC 4193, loopback, link-local."""


def _same(parsed: Any, network: str) -> bool:
    """Whether both are of the same version: others can't be compared."""
    return bool((parsed.version == 6) == (":" in network))
