"""Templates."""

from __future__ import annotations

from vedette.operations import Template

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vedette.instrument import Call


def generating(call: Call) -> Template:
    """A template is rendered."""
    name = call.instance.name
    return Template("tornado.template", name, {"tornado.template_name": name})
