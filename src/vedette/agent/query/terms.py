"""The search language: words and `key:value` terms, every one of which a span has to match.

checkout "out of stock"    text in resource, service, operation or any attribute
service:orders             also `op:`, `resource:`, `type:`, `kind:`, `env:`, `trace:`; `*` stands for anything
status:404  status:5xx     HTTP status
error  attack  blocked     marks; also has:error
min:10ms  max:2s           duration (ns, us, ms, s, m); also duration:>10ms, duration:<2s
http.route:/users/*        any attribute of the span or its process
-service:health            not
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

MARKS = ("error", "attack", "blocked")
FIELDS = {
    "service": "service",
    "op": "name",
    "operation": "name",
    "resource": "resource",
    "type": "type",
    "kind": "kind",
    "env": "env",
}
QUICK = {*FIELDS, *MARKS, "status", "min", "max", "trace"}
"""Keys of what columns of their own say."""
NARROW = {"service", "op", "operation", "resource", "trace", *MARKS}
"""Those that leave few spans, as a rule."""
UNITS = {"ns": 1, "us": 1_000, "µs": 1_000, "ms": 1_000_000, "s": 1_000_000_000, "m": 60_000_000_000}
MOST_TERMS = 16
MOST_CHARACTERS = 500

TERM = re.compile(r'(-?)(?:([A-Za-z_][\w.\-/]{0,99}):)?(?:"([^"]*)"|(\S+))')
DURATION = re.compile(r"(\d+(?:\.\d+)?)(ns|us|µs|ms|s|m)?", re.ASCII)
STATUS_CLASS = re.compile(r"[1-5]xx", re.IGNORECASE)
TRACE_ID = re.compile(r"[0-9a-fA-F]{1,32}")


@dataclass(frozen=True)
class Term:
    """One part of a search."""

    text: str
    """As typed."""
    key: str
    """What comes before the colon; empty for free text; the mark itself for a mark."""
    value: str
    negated: bool = False

    @property
    def problem(self) -> str:
        """Why the term can't be used; empty if it can."""
        if self.key in ("min", "max") and not DURATION.fullmatch(self.value):
            return "a duration such as 10ms is needed"
        if self.key == "has":
            return f"has: goes with {', '.join(MARKS)}"
        if self.key == "trace" and not TRACE_ID.fullmatch(self.value):
            return "a trace id in hex is needed"
        return ""


def parse(search: str) -> list[Term]:
    """The terms of a search, at most 16."""
    found = TERM.finditer(search[:MOST_CHARACTERS])
    return [_term(match) for match, _ in zip(found, range(MOST_TERMS))]


def _term(match: re.Match[str]) -> Term:
    minus, key, quoted, word = match.groups()
    if key and (word or "").startswith("//"):  # an address, not a key and its value
        key, word = "", f"{key}:{word}"
    if key in (None, "", "has") and quoted is None and word in MARKS:
        return Term(match.group(), word, "", bool(minus))
    if key == "duration" and (word or "").startswith((">", "<")):
        key, word = ("min" if word.startswith(">") else "max"), word.lstrip("<>=")
    return Term(match.group(), key or "", word if quoted is None else quoted, bool(minus))


def without(terms: list[Term], gone: Term) -> str:
    """The search text without one of its terms."""
    return " ".join(term.text for term in terms if term is not gone)


def condition(terms: list[Term]) -> tuple[str, list[Any]]:
    """SQL that is true for the spans that match all terms, and its parameters. Unusable terms are left out."""
    parts: list[str] = ["true"]
    parameters: list[Any] = []
    for term in terms:
        if not term.problem and (term.value or term.key in MARKS):
            sql, values = _clause(term)
            parts.append(f"NOT coalesce({sql}, false)" if term.negated else sql)
            parameters += values
    return " AND ".join(parts), parameters


def reads_text(terms: list[Term]) -> bool:
    """Whether most spans' whole text has to be read, because no term that is quick to see excludes most of them."""
    used = [term for term in terms if not term.problem]
    if any(term.key in NARROW and not term.negated for term in used):
        return False
    return any(term.key not in QUICK for term in used)


def _clause(term: Term) -> tuple[str, list[Any]]:
    if term.key in MARKS:
        return term.key, []
    if term.key in FIELDS:
        return f"{FIELDS[term.key]} ILIKE ? ESCAPE '\\'", [pattern(term.value)]
    special = {"": _text, "status": _status, "min": _min, "max": _max, "trace": _trace}
    return special.get(term.key, _attribute)(term)


def _text(term: Term) -> tuple[str, list[Any]]:
    text = term.value.lower()
    # Attributes are stored as JSON, where quotes and backslashes look different.
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    columns = ("resource", "service", "name")
    parts = [f"contains(lower({column}), ?)" for column in columns]
    parts += ["contains(lower(attributes), ?)", "contains(lower(failure), ?)"]
    return f"({' OR '.join(parts)})", [text] * len(columns) + [escaped] * 2


def _status(term: Term) -> tuple[str, list[Any]]:
    if STATUS_CLASS.fullmatch(term.value):
        return "(status LIKE ? AND length(status) = 3)", [term.value[0] + "%"]
    if term.value in ("error", "ok"):
        return ("error" if term.value == "error" else "NOT error"), []
    return "status = ?", [term.value]


def _min(term: Term) -> tuple[str, list[Any]]:
    return "duration >= ?", [nanoseconds(term.value)]


def _max(term: Term) -> tuple[str, list[Any]]:
    return "duration <= ?", [nanoseconds(term.value)]


def _trace(term: Term) -> tuple[str, list[Any]]:
    return "trace_id = ?::UUID", [term.value.rjust(32, "0")]


def _attribute(term: Term) -> tuple[str, list[Any]]:
    path = f'$."{term.key}"'
    value = pattern(term.value)
    # Reading JSON is slow; that the name occurs in the text at all is a quick test that most rows fail.
    one = "(contains({0}, ?) AND json_extract_string({0}, ?) ILIKE ? ESCAPE '\\')"
    parameters = [f'"{term.key}"', path, value]
    return f"({one.format('attributes')} OR {one.format('process')})", parameters * 2


def pattern(value: str) -> str:
    """A LIKE pattern for a value in which `*` stands for anything."""
    escaped = value.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return escaped.replace("*", "%")


def nanoseconds(text: str) -> int:
    """A duration such as `10ms`; a bare number means milliseconds."""
    match = DURATION.fullmatch(text)
    if match is None:
        return 0
    return min(int(float(match.group(1)) * UNITS[match.group(2) or "ms"]), (1 << 63) - 1)
