"""The pages of the documentation, and the examples that they show."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

DOCS = Path(__file__).resolve().parents[2] / "docs"


def read(name: str) -> str:
    """The text of a page."""
    return (DOCS / name).read_text(encoding="utf-8")


def example(name: str) -> dict[str, Any]:
    """What the one Python example of a page defines, once it has run."""
    namespace: dict[str, Any] = {"__name__": "example"}
    (text,) = re.findall(r"```python\n(.*?)```", read(name), re.DOTALL)
    exec(compile(text, f"docs/{name}", "exec"), namespace)
    return namespace
