"""Templates of Django's own engine, and responses that render themselves."""

from __future__ import annotations

from vedette.instrument import Call
from vedette.integrations.django.names import path_of
from vedette.integrations.django.switches import switches
from vedette.operations import Task, Template

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from vedette.instrument.installed import Installed


def rendering(call: Call) -> Template:
    """A template is rendered, by a view or by another template that includes it."""
    template = call.instance
    attributes = {"django.template.name": template.name, "django.template.engine.class": path_of(type(template.engine))}
    return Template("django.template.render", template.name or path_of(type(template)) + ".render", attributes)


def rendering_response(call: Call) -> Task:
    """A `TemplateResponse` is rendered, after the view."""
    return Task("django.response.render", f"{path_of(type(call.instance))}.render")


def install(installed: Installed) -> Callable[[], None]:
    """Hooks the engine."""
    return _install(installed, "django.template.base:Template.render", rendering)


def install_responses(installed: Installed) -> Callable[[], None]:
    """Hooks the responses."""
    return _install(installed, "django.template.response:SimpleTemplateResponse.render", rendering_response)


def _install(installed: Installed, target: str, describe: Callable[[Call], object]) -> Callable[[], None]:
    if not switches.on("templates"):
        return lambda: None
    return installed.around(target, describe)
