"""Where a value came from, and what was wrong with what could not be used."""

from __future__ import annotations

# Ranks of the sources, the highest wins. That a fleet-managed file stands above the environment is Datadog's contract.
DEFAULT, LOCAL_STABLE, FILE, OTEL, DATADOG, VEDETTE, FLEET_STABLE, CODE, REMOTE = range(9)


class Origin:
    """One source that has a value for an option.

    `source` is `default`, `local_stable_config`, `file`, `env_var`, `fleet_stable_config`, `code`, `remote_config`
    or `calculated`; `key` the variable, or the file and key within it; `raw` what stood there; `value` what it means;
    `config_id` the name that fleet management gave the file, empty elsewhere.
    """

    __slots__ = ("config_id", "key", "order", "raw", "source", "value")

    def __init__(
        self,
        source: str,
        key: str,
        raw: object,
        value: object,
        order: tuple[int, int] = (DEFAULT, 0),
        config_id: str = "",
    ) -> None:
        self.source = source
        self.key = key
        self.raw = raw
        self.value = value
        self.config_id = config_id
        self.order = order  # rank, then minus the position among the option's names

    def __repr__(self) -> str:
        return f"Origin({self.source!r}, {self.key!r})"  # no values: some are secret


class Problem:
    """Something in the configuration that has no effect, or not the one that was meant.

    `kind` is `invalid` (a value that can't be used), `unknown` (a name that nobody reads), `unsupported`
    (a name of another product that has no effect here) or `file` (a file that can't be read).
    """

    __slots__ = ("key", "kind", "message", "suggestion")

    def __init__(self, kind: str, key: str, message: str, suggestion: str | None = None) -> None:
        self.kind = kind
        self.key = key
        self.message = message
        self.suggestion = suggestion

    def __str__(self) -> str:
        hint = f", did you mean {self.suggestion}?" if self.suggestion else ""
        return f"{self.key}: {self.message}{hint}"

    def __repr__(self) -> str:
        return f"Problem({self.kind!r}, {str(self)!r})"
