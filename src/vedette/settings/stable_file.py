"""Datadog's stable configuration file: options that the Datadog Agent's host sets for all applications on it.

It is YAML of a simple shape, a map `apm_configuration_default` of `DD_*` names to scalars, and perhaps the name that
fleet management gave the file:

    config_id: 7d1f0a3c
    apm_configuration_default:
      DD_SERVICE: shop
      DD_TRACE_SAMPLING_RULES: '[{"sample_rate": 0.5}]'

This reads just that shape (plain and quoted scalars, comments, one-line lists kept as text), since a YAML library has
no place in somebody else's process. What is not understood makes the file void, as a broken one, and is reported.
"""

from __future__ import annotations

from vedette.settings.origin import Problem

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

_SECTION = "apm_configuration_default"
_LIMIT = 1024 * 1024  # bytes; a file larger than this is not configuration


def read(path: str, problems: list[Problem]) -> tuple[dict[str, str], str]:
    """The variables in the file, and its name; none, and a problem, if it can't be read."""
    try:
        with open(path, encoding="utf-8") as file:
            text = file.read(_LIMIT)
        return parse(text), config_id(text)
    except (OSError, UnicodeDecodeError, ValueError) as error:
        problems.append(Problem("file", path, f"ignored: {error}"))
        return {}, ""


def config_id(text: str) -> str:
    """The name that fleet management gave the file; empty if it gave none. Raises `ValueError` for a broken one."""
    for line in text.split("\n"):
        if line.startswith("config_id:"):
            return _scalar(line.partition(":")[2])
    return ""


def parse(text: str) -> dict[str, str]:
    """The variables in the file's text. Raises `ValueError` with the line's number where it is not understood."""
    values: dict[str, str] = {}
    for number, line in enumerate(_section(text.split("\n")), 1):
        key, colon, rest = line.partition(":")
        if not colon or (rest and not rest[0].isspace()) or not key.strip():
            raise ValueError(f"entry {number} of {_SECTION} is not of the form NAME: value")
        values[_scalar(key)] = _scalar(rest)
    return values


def _section(lines: Iterable[str]) -> Iterable[str]:
    """The lines inside the section, without blank ones and comments."""
    inside, indent = False, 0
    for line in lines:
        content = line.strip()
        if not content or content.startswith("#"):
            continue
        if "\t" in line[: len(line) - len(line.lstrip())]:
            raise ValueError("a tab stands where YAML wants blanks")
        depth = len(line) - len(line.lstrip())
        if depth == 0:
            inside, indent = content.partition("#")[0].strip() == _SECTION + ":", 0
        elif inside:
            indent = indent or depth
            if depth != indent:
                raise ValueError(f"uneven indentation in {_SECTION}")
            yield content


def _scalar(text: str) -> str:
    text = text.strip()
    if text[:1] in ("'", '"'):
        return _quoted(text, text[0])
    if text[:1] in ("|", ">", "&", "*", "!"):
        raise ValueError(f"values that begin with {text[0]} are not understood")
    plain = text.partition(" #")[0].rstrip()
    return "" if plain.startswith("#") or plain in ("~", "null") else plain


def _quoted(text: str, quote: str) -> str:
    position, value = 1, ""
    while position < len(text):
        character = text[position]
        if quote == '"' and character == "\\":
            escape = text[position + 1 : position + 2]
            digits = _DIGITS.get(escape, 0)
            code = text[position + 2 : position + 2 + digits]
            value += chr(int(code, 16)) if digits else _ESCAPES.get(escape, escape)
            position += 2 + digits
        elif character != quote:
            value += character
            position += 1
        elif quote == "'" and text[position + 1 : position + 2] == "'":
            value += "'"
            position += 2
        else:
            return _ended(value, text[position + 1 :])
    raise ValueError("a quote is not closed")


_ESCAPES = dict(zip("0abtnvfreN_LP", "\0\a\b\t\n\v\f\r\x1b\x85\xa0\u2028\u2029"))
_DIGITS = {"x": 2, "u": 4, "U": 8}  # how many hexadecimal digits follow


def _ended(value: str, rest: str) -> str:
    if rest.strip() and not rest.strip().startswith("#"):
        raise ValueError("text follows a closing quote")
    return value
