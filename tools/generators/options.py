"""From the table of options: the typed class of their values, and the page that lists them."""

from __future__ import annotations

from types import ModuleType
from typing import Any

from vedette.settings.option import Alias, Option
from vedette.settings.options import TOPICS

_HEADER = '''"""The type of every option's value. Generated from the table by tools/generate.py, do not edit."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Literal


class Values:
    """Every option as an attribute."""
'''

# Options that are never what the table's default says, since they follow from others when nobody gives them.
_ALWAYS = {
    "agent_url": "str",
    "otlp_traces_endpoint": "str",
    "propagation_style_extract": "tuple[str, ...]",
    "propagation_style_inject": "tuple[str, ...]",
    "exporters": 'Literal["datadog", "otlp", "both", "none"]',
}


def typed_values() -> dict[str, str]:
    """The class that `Settings` gets its attributes from."""
    rows = [f"    {row.name}: {_ALWAYS.get(row.name, row.annotation)}" for topic in TOPICS for row in topic.OPTIONS]
    return {"src/vedette/settings/values.py": _HEADER + "\n" + "\n".join(rows) + "\n"}


_INTRODUCTION = """<!-- Generated from the table of options by tools/generate.py, not to be edited. -->

# Options

Every option can be given in code (`vedette.start(service="shop")`), in the environment, or in a file in the working
directory (`vedette.toml`, or `[tool.vedette]` in `pyproject.toml`). The first source that has a usable value wins:

1. remote configuration, for the options marked *live*
2. code
3. the Datadog Agent's fleet-managed file (`application_monitoring.yaml`)
4. `VEDETTE_*` variables
5. `DD_*` variables
6. `OTEL_*` variables
7. `vedette.toml`, or else `[tool.vedette]` in `pyproject.toml`
8. the Datadog Agent's local file (`application_monitoring.yaml`)
9. the default

The option `service` is the variable `VEDETTE_SERVICE`, the key `service` in a file, and the argument `service` in code.
An empty variable counts as absent unless its row says what it means. `vedette config` shows every value and where it
came from; values that can't be used are told once, and the next source applies.
"""


def options_page() -> dict[str, str]:
    """The page of all options, by topic."""
    sections = [_section(topic) for topic in TOPICS]
    return {"docs/generated/options.md": "\n".join([_INTRODUCTION, *sections, _INTEGRATIONS])}


def _section(topic: ModuleType) -> str:
    title = (topic.__doc__ or "").strip().rstrip(".")
    rows = [_row(option) for option in topic.OPTIONS]
    table = ["| Option | Form | Default | Other names | Meaning |", "| --- | --- | --- | --- | --- |", *rows]
    return f"## {title}\n\n" + "\n".join(table) + "\n"


def _row(option: Option[Any]) -> str:
    marks = [word for word, present in (("live", option.live), ("secret", option.secret)) if present]
    doc = option.doc + (f" *{', '.join(marks)}*" if marks else "")
    names = dict.fromkeys(alias.name if isinstance(alias, Alias) else alias for alias in option.aliases)
    aliases = "<br>".join(f"`{name}`" for name in names)
    cells = (f"`{option.variable}`", option.kind.form, _default(option.default), aliases, doc)
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def _default(value: object) -> str:
    if value is None or value == {} or value == ():
        return ""
    if isinstance(value, tuple):
        parts = ("-".join(map(str, part)) if isinstance(part, tuple) else str(part) for part in value)
        return f"`{','.join(parts)}`"
    return f"`{str(value).lower() if isinstance(value, bool) else value}`"


_INTEGRATIONS = """## Of each integration

| Variable | Other names | Meaning |
| --- | --- | --- |
| `VEDETTE_<NAME>_ENABLED` | `DD_TRACE_<NAME>_ENABLED` | Whether this library is instrumented. |
| `VEDETTE_<NAME>_SERVICE` | `DD_<NAME>_SERVICE` | Service of this library's spans. |
| `VEDETTE_<NAME>_<OPTION>` | as the integration says | Options that the integration declares. |

In a file:

```toml
[integrations]
flask = false

[integrations.redis]
service = "cache"
```
"""
