"""SQL as people read it: a line per clause, words marked. Understands enough for that and changes no character
that is not white space between tokens.
"""

from __future__ import annotations

import re
from typing import NamedTuple

LONGEST = 20_000
"""Characters that are laid out; what is longer is shown as it is."""
TOKEN = re.compile(
    r"(?P<space>\s+)"
    r"|(?P<comment>--[^\n]*|/\*.*?(?:\*/|\Z))"
    r"|(?P<string>'(?:[^'\\]|''|\\.)*(?:'|\Z))"
    r'|(?P<name>"[^"]*(?:"|\Z)|`[^`]*(?:`|\Z))'
    r"|(?P<number>\d[\w.]*)"
    r"|(?P<parameter>\?|%s|%\(\w+\)s|\$\d+|:\w+|@\w+)"
    r"|(?P<word>[^\W\d]\w*)"
    r"|(?P<other>.)",
    re.DOTALL,
)


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


CLAUSES = _words(
    "SELECT FROM WHERE HAVING LIMIT OFFSET UNION EXCEPT INTERSECT VALUES SET RETURNING GROUP ORDER "
    "LEFT RIGHT INNER FULL CROSS JOIN INSERT UPDATE DELETE WITH ON"
)
CONTINUED = _words("AND OR")
# A word that does not begin a line when it comes after one of these: LEFT JOIN, FOR UPDATE, DELETE FROM.
JOINED = {
    "JOIN": _words("LEFT RIGHT INNER FULL CROSS OUTER NATURAL"),
    "FROM": _words("DELETE DISTINCT"),
    "UPDATE": _words("FOR DO"),
    "SET": _words("UPDATE"),
    "ON": _words("DISTINCT"),
}
WORDS = (
    CLAUSES
    | CONTINUED
    | _words(
        "AS BY INTO NOT NULL IS IN LIKE ILIKE BETWEEN EXISTS CASE WHEN THEN ELSE END ASC DESC DISTINCT ALL OUTER "
        "NATURAL CREATE TABLE INDEX DROP ALTER PRIMARY KEY DEFAULT CONFLICT DO NOTHING FOR BEGIN COMMIT ROLLBACK "
        "TRUE FALSE USING PRAGMA EXPLAIN OVER PARTITION"
    )
)
INDENT = "  "


class Piece(NamedTuple):
    """A stretch of text and what it is: `word`, `string`, `number`, `comment`, `parameter`, `name` or nothing."""

    kind: str
    text: str


def laid_out(sql: str) -> list[Piece]:
    """The statement in pieces, with line breaks before its clauses."""
    if len(sql) > LONGEST:
        return [Piece("", sql)]
    layout = _Layout()
    for match in TOKEN.finditer(sql.strip()):
        layout.add(match.lastgroup or "other", match.group())
    return layout.pieces


class _Layout:
    def __init__(self) -> None:
        self.pieces: list[Piece] = []
        self._depth = 0
        self._gap = False
        self._last = ""
        self._between = False

    def add(self, kind: str, text: str) -> None:
        if kind == "space":
            self._gap = True
            return
        word = text.upper() if kind == "word" else ""
        self._separate(word)
        self._depth = max(self._depth + (text == "(") - (text == ")"), 0)
        shown = kind if kind not in ("other", "word") or word in WORDS else ""
        self.pieces.append(Piece(shown, text))
        self._last = word if kind == "word" else text
        self._between = word == "BETWEEN" or (self._between and word != "AND")
        self._gap = text.startswith("--")

    def _separate(self, word: str) -> None:
        """The white space before the next token."""
        line = self._begins_line(word)
        if self.pieces and line:
            extra = INDENT if word in CONTINUED or word == "ON" else ""
            self.pieces.append(Piece("", "\n" + INDENT * self._depth + extra))
        elif self.pieces and self._last.startswith("--"):
            self.pieces.append(Piece("", "\n" + INDENT * self._depth))
        elif self._gap and self.pieces:
            self.pieces.append(Piece("", " "))

    def _begins_line(self, word: str) -> bool:
        if word in CLAUSES:
            return self._last not in JOINED.get(word, ())
        return word in CONTINUED and not self._between
