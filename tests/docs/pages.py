"""The pages of the documentation, and the examples that they show."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

DOCS = Path(__file__).resolve().parents[2] / "docs"


def read(name: str) -> str:
    """The text of a page."""
    return (DOCS / name).read_text(encoding="utf-8")


def code_of(name: str) -> list[dict[str, Any]]:
    """What each Python example of a page defines, once it has run."""
    return [_run(text, name) for text in re.findall(r"```python\n(.*?)```", read(name), re.DOTALL)]


def example(name: str) -> dict[str, Any]:
    """What the one Python example of a page defines, once it has run."""
    (namespace,) = code_of(name)
    return namespace


def _run(text: str, name: str) -> dict[str, Any]:
    namespace: dict[str, Any] = {"__name__": "example"}
    exec(compile(text, f"docs/{name}", "exec"), namespace)
    return namespace
