"""How attackers hide a text from filters: each is undone by something between the wire and the harm."""

from __future__ import annotations

import base64
from urllib.parse import quote

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable


def _each(text: str, form: Callable[[str], str]) -> str:
    """Marks and letters of ASCII in another form; what is beyond stays."""
    return "".join(form(letter) if 32 < ord(letter) < 127 else letter for letter in text)


def _mixed_case(text: str) -> str:
    return "".join(letter.upper() if at % 2 else letter.lower() for at, letter in enumerate(text))


def _full_width(text: str) -> str:
    return _each(text, lambda letter: chr(ord(letter) + 0xFEE0))


def _overlong(text: str) -> str:
    """Slashes, dots and quotes in two bytes where one does, percent-encoded."""
    return "".join(f"%c0%{ord(letter) | 0x80:02x}" if letter in "/.'\"<" else quote(letter) for letter in text)


DISGUISES: dict[str, Callable[[str], str]] = {
    "mixed case": _mixed_case,
    "upper case": str.upper,
    "percent-encoded": lambda text: quote(text, safe=""),
    "percent-encoded twice": lambda text: quote(quote(text, safe=""), safe=""),
    "escapes of JavaScript": lambda text: _each(text, lambda letter: f"\\u{ord(letter):04x}"),
    "hexadecimal escapes": lambda text: _each(text, lambda letter: f"\\x{ord(letter):02x}"),
    "references of HTML": lambda text: _each(text, lambda letter: f"&#{ord(letter)};"),
    "hexadecimal references": lambda text: _each(text, lambda letter: f"&#x{ord(letter):x};"),
    "%u escapes": lambda text: _each(text, lambda letter: f"%u{ord(letter):04x}"),
    "base64": lambda text: base64.b64encode(text.encode("utf-8", "surrogatepass")).decode(),
    "full-width letters": _full_width,
    "overlong UTF-8": _overlong,
    "NUL between words": lambda text: text.replace(" ", "\0 "),
    "tabs for blanks": lambda text: text.replace(" ", "\t"),
    "many blanks": lambda text: text.replace(" ", "   \n "),
    "comments for blanks": lambda text: text.replace(" ", "/**/"),
    "behind padding": lambda text: "x" * 5_000 + " " + text,
    "before padding": lambda text: text + " " + "x" * 5_000,
}
"""Forms of a text, by name."""

KEEPS_MEANING: dict[str, frozenset[str]] = {
    # Programs, files and scripts are named in one case, at one place of a text, and with blanks that are blanks.
    "mixed case": frozenset({"sql_injection", "xss", "jndi_injection"}),
    "upper case": frozenset({"sql_injection"}),
    "comments for blanks": frozenset({"sql_injection"}),
    "many blanks": frozenset({"sql_injection", "xss"}),
    "tabs for blanks": frozenset({"sql_injection", "xss", "command_injection"}),
    "behind padding": frozenset({"sql_injection", "xss", "command_injection", "jndi_injection", "ssti", "lfi"}),
    "before padding": frozenset({"xss", "jndi_injection", "ssti"}),
    "NUL between words": frozenset({"sql_injection", "xss"}),
}
"""Classes of attack that a disguise leaves working; all of them where it is not named."""


def of(text: str, kind: str) -> dict[str, str]:
    """The disguised forms of an attack that differ from it and still work, by the name of the disguise."""
    usable = (name for name in DISGUISES if kind in KEEPS_MEANING.get(name, {kind}))
    forms = {name: DISGUISES[name](text) for name in usable}
    return {name: form for name, form in forms.items() if form != text}
