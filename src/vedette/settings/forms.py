"""The types with a notation of their own: tags, headers, statuses, rules, switches."""

from __future__ import annotations

from vedette.settings.kinds import parse_boolean, split_words
from vedette.settings.option import Kind, PartlyWrong

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping


def split_tags(text: str) -> dict[str, str]:
    """Datadog's notation of tags: commas if there is any, else blanks; the first colon ends the key."""
    entries = text.split(",") if "," in text else text.split()
    tags = {}
    for entry in entries:
        key, _, value = entry.partition(":")
        if key.strip():
            tags[key.strip()] = value.strip()
    return tags


def parse_tags(raw: object) -> dict[str, str]:
    """Tags of all spans. In text, `service`, `env` and `version` are read by the options of these names instead."""
    if isinstance(raw, dict):
        return {str(key): str(value) for key, value in raw.items()}
    return {key: value for key, value in split_tags(str(raw)).items() if key not in ("service", "env", "version")}


def parse_headers(raw: object) -> dict[str, str]:
    """OpenTelemetry's notation of headers: `key=value,key=value`, values percent-encoded."""
    if isinstance(raw, dict):
        return {str(key).lower(): str(value) for key, value in raw.items()}
    headers, wrong = {}, 0
    for entry in split_words(raw):
        key, equals, value = entry.partition("=")
        if equals and key.strip():
            headers[key.strip().lower()] = percent_decoded(value.strip())
        else:
            wrong += 1  # the entry itself may hold a key to somewhere: never repeated in a message
    if wrong:
        raise PartlyWrong(f"expected key=value, left out {wrong} of the entries", headers)
    return headers


def percent_decoded(text: str) -> str:
    """`text` with %XX replaced by what it stands for in UTF-8."""
    if "%" not in text:
        return text
    from urllib.parse import unquote  # rarely needed, and slow to import

    return unquote(text)


def parse_header_tags(raw: object) -> dict[str, str]:
    """`header` or `header:tag`, to the tag's name, or to an empty text for the name that the header gives."""
    if isinstance(raw, dict):
        return {str(header).strip().lower(): str(tag).strip() for header, tag in raw.items() if str(header).strip()}
    tags = {}
    for entry in split_words(raw):
        header, colon, tag = (part.strip() for part in entry.partition(":"))
        if header and (tag or not colon):
            tags[header.lower()] = tag
    return tags


def parse_statuses(raw: object) -> tuple[tuple[int, int], ...]:
    """`500-599,404` as inclusive ranges."""
    parts = raw if isinstance(raw, (list, tuple)) else str(raw).split(",")
    return tuple(_status_range(part) for part in parts if part != "")


def _status_range(part: object) -> tuple[int, int]:
    text = "-".join(map(str, part)) if isinstance(part, (list, tuple)) else str(part)
    first, _, last = (number.strip() for number in text.partition("-"))
    low, high = (int(number) if number.isdigit() else 0 for number in (first, last or first))
    if not 100 <= low <= high <= 999:
        raise ValueError(f"expected statuses such as 404 or 500-599, not {text.strip()}")
    return low, high


def parse_rules(raw: object) -> tuple[Mapping[str, object], ...]:
    """A list of objects, in text as JSON."""
    if isinstance(raw, str):
        from json import loads  # only where rules are set; never on the ordinary start

        try:
            raw = loads(raw)
        except ValueError:
            raise ValueError("expected a list in JSON") from None
    if not isinstance(raw, (list, tuple)) or not all(isinstance(rule, dict) for rule in raw):
        raise ValueError("expected a list of objects")
    return tuple(raw)


def parse_switches(raw: object) -> dict[str, object]:
    """Integrations on or off: `flask:off,redis:on`; in a file or in code also a table of the integration's options."""
    pairs = raw.items() if isinstance(raw, dict) else (_switch(entry) for entry in split_words(raw))
    switches = {integration_key(str(name)): _state(state) for name, state in pairs}
    wrong = [name for name, state in switches.items() if state is None]
    if wrong:
        usable = {name: state for name, state in switches.items() if state is not None}
        raise PartlyWrong("expected name:on or name:off, left out " + ", ".join(wrong), usable)
    return switches


def _switch(entry: str) -> tuple[str, str]:
    name, colon, state = entry.partition(":")
    return name.strip(), state.strip() if colon else "on"


def _state(state: object) -> object:
    try:
        return dict(state) if isinstance(state, dict) else parse_boolean(state)
    except ValueError:
        return None


def integration_key(name: str) -> str:
    """The name of an integration as it stands in variables, in lower case."""
    return name.strip().lower().replace("-", "_").replace(".", "_")


TAGS: Kind[dict[str, str]] = Kind("Mapping[str, str]", "`key:value,key:value` or `key:value key:value`", parse_tags)
HEADERS: Kind[dict[str, str]] = Kind("Mapping[str, str]", "`key=value,key=value`", parse_headers)
HEADER_TAGS: Kind[dict[str, str]] = Kind("Mapping[str, str]", "`header,header:tag`", parse_header_tags)
STATUSES: Kind[tuple[tuple[int, int], ...]] = Kind("tuple[tuple[int, int], ...]", "`500-599,404`", parse_statuses)
RULES: Kind[tuple[Mapping[str, object], ...]] = Kind(
    "tuple[Mapping[str, object], ...]", "list of objects in JSON", parse_rules
)
SWITCHES: Kind[dict[str, object]] = Kind("Mapping[str, object]", "`name:on,name:off`", parse_switches)
