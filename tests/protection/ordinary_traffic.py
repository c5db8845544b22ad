"""Ordinary requests, made up of words that attacks are made of, too: the same ones in every run."""

from __future__ import annotations

import json
from random import Random
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

if TYPE_CHECKING:
    from collections.abc import Iterator

NAMES = (
    "O'Brien", "D'Angelo", "Ann", "Müller", "N'Golo", "Jean-Luc", "José", "Æsa", "李雷", "Иван", "L'Oréal", "O'Neill",
    "Null", "Or", "Union", "Select", "McDonald's", "Smith & Sons", "AT&T", "Table", "Drop",
)  # fmt: skip
VERBS = (
    "select", "drop", "insert", "update", "delete", "create", "alter", "grant", "execute", "load", "sleep", "order",
    "group", "limit", "join", "find", "sort", "cut", "move", "copy", "kill", "touch", "ping", "curl", "fetch",
    "echo", "script", "alert", "confirm", "prompt", "import", "include", "require", "evaluate", "open", "close",
    "mount", "read", "write", "print", "test", "change", "exec",
)  # fmt: skip
NOUNS = (
    "table", "database", "user", "password", "union", "column", "index", "view", "cat", "dog", "head", "tail", "id",
    "host", "shell", "bash", "file", "path", "root", "admin", "script", "image", "frame", "object", "style", "link",
    "form", "button", "system", "process", "window", "document", "cookie", "location", "template", "config",
    "request", "session", "class", "constructor", "prototype", "order", "price", "hospital", "committee", "schema",
    "benchmark", "version", "procedure", "function", "entity", "doctype",
)  # fmt: skip
JOINTS = (
    " ",
    ", ",
    "; ",
    " and ",
    " or ",
    " -- ",
    " & ",
    " | ",
    " / ",
    ": ",
    " = ",
    " (",
    ") ",
    " - ",
    ". ",
    "! ",
    "? ",
    '" ',
    " '",
    "' ",
    "\n",
)
ENDS = (".", "!", "?", "...", ";", " :)", " <3", " (1/2)", "", " #1", " 100%", " --Ann", "\n- item\n- item 2")
CODE = (
    "const {n} = {m}.filter(x => x.{n} > {d} && x.{m});",
    "if ({n} == '{m}' or {n} == '{v}'): return {d}",
    "for {n} in {m}: print({n}, {d})",
    "let {n} = '{m}' + {v} + \"{n}\";",
    "{n}.{v}({d}).then(r => r.{m}).catch(e => console.log(e));",
    "def {v}_{n}(self, {m}=None): return self.{m} or {d}",
    "public {n}<{m}> {v}(int {m}) {{ return new {n}({d}); }}",
    ".{n} > .{m}:hover {{ color: #fff; margin: {d}px; }}",
    "<div class=\"{n}\" id='{m}'><p>{v} &amp; {n}</p></div>",
    "{n}: {{ {m}: '{v}', id: {d} }}",
    "{n} && {m} || {v}; // {d}",
    "{n} {v} --{m}={d} | less",
    "git {v} {n} && git commit -m '{v} {m}'",
    "/home/{n}/{m}/{v}.txt",
    "C:\\Users\\{n}\\{m}\\{v}.docx",
    "https://example.com/{n}/{v}?{m}={d}&q={v}+{n}#{m}",
    "../{n}/{v}.png",
    "{n}/{d} = {m}*{d} + {d}%",
    "({n} + {m}) * {d} > {d} <= {v}",
    "{n}={d};{m}={d};{v}",
    "`{n}` and `{v} {m}` in the {n}",
    "{{{{ {n}.{m} }}}} and ${{{v}}}",
)  # fmt: skip
AGENTS = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/{d}.0.0.0 Safari/537.36",
    "Mozilla/5.0 (X11; Ubuntu; Linux x86_64; rv:{d}.0) Gecko/20100101 Firefox/{d}.0",
    "Mozilla/5.0 (Macintosh; Intel Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/{d}.1 Safari/605.1.15",
    "Mozilla/5.0 (compatible; {n}Bot/{d}.0; +https://example.com/bot)",
    "okhttp/{d}.0.1",
    "Shop/{d}.2 (com.example.shop; build:{d}; iOS 17.5.1) Alamofire/5.9",
)


class Traffic:
    """Requests by a seed."""

    def __init__(self, seed: int) -> None:
        self._random = Random(seed)

    def sentence(self) -> str:
        """Words and marks in an order that no parser expects."""
        pick = self._random.choice
        words = [pick((VERBS, NOUNS, NAMES, NOUNS)) for _ in range(self._random.randint(2, 12))]
        text = "".join(pick(of) + (pick(JOINTS) if self._random.random() < 0.25 else " ") for of in words)
        number = f" {self._random.randint(0, 99)}" if self._random.random() < 0.4 else ""
        return text.strip().capitalize() + number + pick(ENDS)

    def code(self) -> str:
        """A line of some language."""
        pick = self._random.choice
        return pick(CODE).format(n=pick(NOUNS), m=pick(NOUNS), v=pick(VERBS), d=self._random.randint(0, 500))

    def text(self) -> str:
        """What somebody types."""
        of = self._random.random()
        if of < 0.5:
            return self.sentence()
        if of < 0.8:
            return self.code()
        if of < 0.9:
            return "\n".join(self._random.choice((self.sentence, self.code))() for _ in range(4))
        return f"<p>{self.sentence().replace('<', '&lt;')}</p><ul><li>{self._random.choice(NAMES)}</li></ul>"

    def request(self) -> dict[str, Any]:
        """A request, as `vedette.protection.trials.requests` takes them."""
        agent = self._random.choice(AGENTS).format(d=self._random.randint(80, 130), n=self._random.choice(NOUNS))
        said: dict[str, Any] = {"header": {"user-agent": agent, "accept": "*/*"}}
        fields = {self._random.choice(NOUNS): self.text() for _ in range(self._random.randint(1, 4))}
        kind = self._random.choice(("query", "form", "json", "multipart", "cookie", "path", "nested"))
        if kind in ("query", "form"):
            said[kind] = urlencode(fields)
        elif kind == "cookie":
            said["cookie"] = "; ".join(f"{name}={urlencode({'': value})[1:]}" for name, value in fields.items())
        elif kind == "path":
            said["path"] = "/" + "/".join(self._random.choice(NOUNS + VERBS) for _ in range(3))
        elif kind == "nested":
            said["json"] = {"payload": json.dumps({"items": [fields], "n": self._random.randint(0, 9)})}
        else:
            said[kind] = fields
        return said


def requests(count: int, seed: int = 1) -> Iterator[dict[str, Any]]:
    """So many ordinary requests."""
    traffic = Traffic(seed)
    return (traffic.request() for _ in range(count))
