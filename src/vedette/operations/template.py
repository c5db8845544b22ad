"""The work of a template engine."""

from __future__ import annotations

from vedette.operations.operation import Operation

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from vedette._native import Span


class Template(Operation):
    """Rendering, compiling or loading a template."""

    __slots__ = ("attributes",)

    type = "template"

    def __init__(self, name: str, template: str, attributes: dict[str, Any] | None = None) -> None:
        self.name = name
        self.resource = template
        """Name of the template, or `<memory>`."""
        self.service = None
        self.inject_into = None
        self.kind = None
        self.attributes = attributes

    def begin(self, span: Span) -> None:
        """Name and path of the template."""
        if self.attributes:
            span.set_attributes(self.attributes)
