"""The types that options have, and how each is read from text or from a value of a file or of code."""

from __future__ import annotations

from vedette.settings.option import Kind, PartlyWrong

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_WORDS = {"true": True, "1": True, "yes": True, "on": True, "false": False, "0": False, "no": False, "off": False}


def parse_boolean(raw: object) -> bool:
    """A boolean from `true`, `1`, `yes`, `on` or their opposites, in any case."""
    value = _WORDS.get(str(raw).strip().lower())
    if value is None:
        raise ValueError("expected true or false")
    return value


def parse_text(raw: object) -> str:
    """Text without surrounding blanks."""
    if isinstance(raw, (dict, list, tuple)):
        raise ValueError("expected text")
    return str(raw).strip()


def _checked(value: float, low: float, high: float | None) -> None:
    if not value >= low or (high is not None and value > high):  # "not >=" also refuses NaN
        limit = f"at least {low:g}" if high is None else f"between {low:g} and {high:g}"
        raise ValueError(f"expected a number {limit}")


def integer(low: int = 0, high: int | None = None) -> Kind[int]:
    """A whole number within limits."""

    def parse(raw: object) -> int:
        try:
            value = int(str(raw).strip())
        except ValueError:
            raise ValueError("expected a whole number") from None
        _checked(value, low, high)
        return value

    return Kind("int", "whole number", parse)


def number(low: float = 0.0, high: float | None = None, form: str = "number") -> Kind[float]:
    """A finite number within limits."""

    def parse(raw: object) -> float:
        try:
            value = float(str(raw).strip())
        except ValueError:
            raise ValueError("expected a number") from None
        _checked(value, low, 1e18 if high is None else high)
        return value

    return Kind("float", form, parse)


def choice(*names: str) -> Kind[str]:
    """One of a few words, in any case."""

    def parse(raw: object) -> str:
        value = str(raw).strip().lower()
        if value not in names:
            raise ValueError("expected one of " + ", ".join(names))
        return value

    annotation = ", ".join(f'"{name}"' for name in names)
    return Kind(f"Literal[{annotation}]", " or ".join(f"`{name}`" for name in names), parse)


def split_words(raw: object) -> Iterable[str]:
    """The entries of a comma-separated text or of a list, trimmed, without empty ones."""
    parts = raw if isinstance(raw, (list, tuple)) else str(raw).split(",")
    return [word for word in (str(part).strip() for part in parts) if word]


def parse_words(raw: object) -> tuple[str, ...]:
    """A tuple of the words of a comma-separated list."""
    return tuple(split_words(raw))


def words_among(*names: str, renamed: Mapping[str, str] | None = None) -> Kind[tuple[str, ...]]:
    """A list of words out of a few; unknown ones are left out and reported."""
    spelling = {name: name for name in names}
    spelling.update(renamed or {})

    def parse(raw: object) -> tuple[str, ...]:
        asked = [word.lower() for word in split_words(raw)]
        unknown = [word for word in asked if word not in spelling]
        known = tuple(dict.fromkeys(spelling[word] for word in asked if word in spelling))
        if not unknown:
            return known
        message = f"unknown: {', '.join(unknown)} (known: {', '.join(names)})"
        if not known:
            raise ValueError(message)
        raise PartlyWrong(message, known)

    return Kind("tuple[str, ...]", "comma list of " + ", ".join(f"`{name}`" for name in names), parse)


def parse_pairs(raw: object) -> dict[str, str]:
    """`a:b,c:d`, or a table; entries without a key or a value are left out and reported."""
    if isinstance(raw, dict):
        return {str(key): str(value) for key, value in raw.items()}
    pairs, wrong = {}, []
    for entry in split_words(raw):
        key, _, value = (part.strip() for part in entry.partition(":"))
        if key and value:
            pairs[key] = value
        else:
            wrong.append(entry)
    if wrong:
        raise PartlyWrong("expected key:value, left out " + ", ".join(wrong), pairs)
    return pairs


def parse_url(raw: object) -> str:
    """An `http`, `https` or `unix` address without a trailing slash."""
    text = str(raw).strip()
    scheme, separator, rest = text.partition("://")
    if not separator or scheme.lower() not in ("http", "https", "unix") or not rest.strip("/"):
        raise ValueError("expected an address that starts with http://, https:// or unix://")
    if scheme.lower() != "unix":
        _check_port(rest)
    return scheme.lower() + "://" + (rest if scheme.lower() == "unix" else rest.rstrip("/"))


def _check_port(rest: str) -> None:
    authority = rest.partition("/")[0].rpartition("@")[2]
    host, colon, port = authority.rpartition(":")
    if "]" in port or not colon:  # no port: "host", "[::1]"
        return
    if not host or not port.isdigit() or not 0 < int(port) < 65536:
        raise ValueError("expected a port between 1 and 65535 after the host")


def parse_host(raw: object) -> str:
    """A host name or address; IPv6 with or without brackets."""
    text = str(raw).strip()
    if not text or any(character in text for character in "/ \t\r\n?#@"):
        raise ValueError("expected a host name or an address")
    return text


BOOLEAN: Kind[bool] = Kind("bool", "`true` or `false`", parse_boolean)
TEXT: Kind[str] = Kind("str", "text", parse_text)
WORDS: Kind[tuple[str, ...]] = Kind("tuple[str, ...]", "comma list", parse_words)
PAIRS: Kind[dict[str, str]] = Kind("Mapping[str, str]", "`key:value,key:value`", parse_pairs)
URL: Kind[str] = Kind("str", "address", parse_url)
HOST: Kind[str] = Kind("str", "host", parse_host)
PORT = integer(1, 65535)
COUNT = integer(0)
SECONDS = number(0.0, form="seconds")
RATE = number(0.0, 1.0, form="number from 0 to 1")
