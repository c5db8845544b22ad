"""What a finding must not tell: values that are secrets by their name or their form."""

from __future__ import annotations

from vedette.protection.addresses import SESSION

TYPE_CHECKING = False
if TYPE_CHECKING:
    import re
    from typing import Any

    Finding = dict[str, Any]

REDACTED = "<Redacted>"
_KEYS = (
    "password", "passwd", "pwd", "passphrase", "secret", "token", "apikey", "api_key", "api-key", "authorization",
    "credential", "private_key", "access_key", "session", "bearer",
)  # fmt: skip
_VALUES = (
    r"\bbearer\s+[a-z0-9._~+/=-]{8,}",
    # A JSON web token, which begins where a word does: each word is read once, however many `eyJ` are in it.
    r"(?<![\w-])[\w-]+={0,2}\.eyJ[\w=-]+(?:\.[\w.+/=-]+)?",
    r"-----BEGIN [A-Z ]*PRIVATE KEY-----[^-]+(?:-----END [A-Z ]*PRIVATE KEY-----)?",
    r"\bssh-(?:rsa|ed25519|dss)\s+[a-z0-9/+=]{60,}",
    r"\bgh[opsu]_[a-z0-9]{36}",
    r"\bAKIA[0-9A-Z]{16}\b",
)


class Redaction:
    """Compiled with the first finding: most processes never have one.

    `keys` and `values` are the user's own regular expressions instead of the built-in ones; an empty one looks for
    nothing, and one that is none counts as the built-in, with a warning.
    """

    __slots__ = ("_keys", "_pairs", "_ready", "_said", "_values")

    def __init__(self, keys: str | None = None, values: str | None = None) -> None:
        self._said = (keys, values)
        self._ready = False
        self._keys: re.Pattern[str] | None = None
        self._pairs: re.Pattern[str] | None = None
        self._values: re.Pattern[str] | None = None

    def of(self, finding: Finding) -> Finding:
        """A finding without secrets: the value of what is named like one, and within texts (a URI, a body that is no
        form) what follows such a name or looks like one.
        """
        self._prepare()
        path = ".".join(str(key) for key in finding["key_path"])
        if finding.get("address") == SESSION or (self._keys is not None and self._keys.search(path)):
            hidden = {**finding, "value": REDACTED, "highlight": [REDACTED]}
            return self._with_sink(hidden, finding["highlight"])
        highlights = [self.text(text) for text in finding["highlight"]]
        return self._with_sink({**finding, "value": self.text(finding["value"]), "highlight": highlights}, [])

    def text(self, text: str) -> str:
        """A text without what looks like a secret in it."""
        self._prepare()
        if self._values is not None:
            text = self._values.sub(REDACTED, text)
        return text if self._pairs is None else self._pairs.sub(rf"\1{REDACTED}", text)

    def _with_sink(self, finding: Finding, hidden: list[str]) -> Finding:
        """The sink repeats the input that reached it."""
        if "sink" in finding:
            address, value = finding["sink"]
            for part in filter(None, hidden):
                value = value.replace(part, REDACTED)
            finding["sink"] = (address, self.text(value))
        return finding

    def _prepare(self) -> None:
        if self._ready:
            return
        import re  # only where there is something to tell

        keys, values = self._said
        names = "|".join(re.escape(word) for word in _KEYS)
        self._keys = _pattern(keys, names)
        # Names of the user's own are looked for as names alone: what stands around them in a text is not known.
        self._pairs = re.compile(rf"(?i)((?:{names})[\w-]{{0,64}}[\"']?(?:\s*[=:]\s*|%3d)[\"']?)[^\s&;,\"'}}]+")
        if keys == "":
            self._pairs = None
        self._values = _pattern(values, "|".join(_VALUES))
        self._ready = True


USUAL = Redaction()
"""What hides the usual secrets, where nobody said anything else."""


def _pattern(said: str | None, default: str) -> re.Pattern[str] | None:
    import re  # as above

    if said == "":
        return None
    try:
        return re.compile(said if said is not None else default, re.IGNORECASE)
    except re.error as error:
        import logging  # only where there is something to say

        logging.getLogger("vedette").warning("%r is no regular expression, the usual one is used: %s", said, error)
        return re.compile(default, re.IGNORECASE)
