"""Jinja2: rendering, at once or piece by piece, asynchronously too, and compiling; loading where detail is full."""

from __future__ import annotations

from vedette.instrument import Around, Call, Integration, Stream
from vedette.operations import Template

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

UNNAMED = "<memory>"


def rendering(call: Call) -> Template | None:
    """A template is rendered; the synchronous methods of an asynchronous environment go through the others."""
    return None if call.instance.environment.is_async else rendering_async(call)


def rendering_async(call: Call) -> Template:
    """A template is rendered."""
    name = call.instance.name or UNNAMED
    return Template("jinja2.render", name, {"jinja2.template_name": name})


def generated(call: Call, pieces: Any) -> Stream | None:
    """Before 3.0 the support of asynchronous environments puts a function that gives a generator in its place."""
    return Stream(call, pieces) if hasattr(pieces, "gi_frame") else None


def compiling(call: Call) -> Template:
    """Source becomes code: once per template, where its cache is large enough."""
    name = call.arg(1, "name") or UNNAMED
    path = call.arg(2, "filename")
    return Template("jinja2.compile", name, {"jinja2.template_name": name, "jinja2.template_path": path})


def loading(call: Call) -> Template:
    """A template is looked up, in the cache first."""
    name = call.arg(0, "name")
    return Template("jinja2.load", name, {"jinja2.template_name": name})


def loaded(call: Call, template: Any) -> None:
    """The template was found."""
    if call.span is not None:
        call.span.set_attributes({"jinja2.template_path": template.filename})


integration = Integration(
    "jinja2",
    title="Jinja2",
    distribution="Jinja2",
    modules=["jinja2"],
    floor="2.10.2",
    tested=["2.10.3", "2.11.3", "3.0.3", "latest"],
    pins={"<3.0": ["MarkupSafe<2.1"]},
    docs="https://jinja.palletsprojects.com",
    hooks=[
        Around("jinja2.environment:Template.render", rendering),
        Around("jinja2.environment:Template.generate", rendering, generated),
        Around("jinja2.environment:Template.render_async", rendering_async),
        Around("jinja2.environment:Template.generate_async", rendering_async),
        # Before 3.0 these take the place of the two above, when the first asynchronous environment is made.
        Around("jinja2.asyncsupport:render_async", rendering_async, optional=True),
        Around("jinja2.asyncsupport:generate_async", rendering_async, optional=True),
        Around("jinja2.nativetypes:NativeTemplate.render", rendering),
        Around("jinja2.nativetypes:NativeTemplate.render_async", rendering_async, optional=True),
        Around("jinja2.environment:Environment.compile", compiling),
        Around("jinja2.environment:Environment._load_template", loading, loaded, option="full"),
    ],
)
