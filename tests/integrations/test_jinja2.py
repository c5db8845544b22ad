"""Jinja2: rendering, compiling, loading, asynchronous templates, streams."""

from __future__ import annotations

import inspect
import pickle
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jinja2
import pytest
from jinja2.nativetypes import NativeEnvironment

import vedette
from tests.integrations.made import Spans
from vedette.lifecycle import running

TEMPLATES = {"page.html": "{% include 'row.html' %} {{ name }}", "row.html": "row", "broken.html": "{% if %}"}


def expected(name: str, template: str, **more: Any) -> dict[str, Any]:
    attributes = {"component": "jinja2", "jinja2.template_name": template, **more.pop("attributes", {})}
    return {"name": name, "resource": template, "type": "template", **more, "attributes": attributes}


@pytest.fixture
def environment() -> jinja2.Environment:
    return jinja2.Environment(loader=jinja2.DictLoader(TEMPLATES))


@pytest.fixture
def asynchronous() -> jinja2.Environment:
    return jinja2.Environment(loader=jinja2.DictLoader(TEMPLATES), enable_async=True)


@pytest.fixture
def full() -> Iterator[None]:
    """With `detail` set to full: the integration is made anew."""
    state = running()
    assert state is not None
    before = state.registry._values_of
    state.registry._values_of = lambda integration: {**before(integration), "full": True}
    state.registry.uninstrument("jinja2")
    state.registry.instrument("jinja2")
    yield
    state.registry._values_of = before
    state.registry.uninstrument("jinja2")
    state.registry.instrument("jinja2")


def test_rendering_compiles_once(environment: jinja2.Environment, spans: Spans) -> None:
    with vedette.tracer.span("work"):
        for _ in range(2):
            assert environment.get_template("row.html").render() == "row"
    assert spans()[1:] == [
        expected("jinja2.compile", "row.html", parent="work"),
        expected("jinja2.render", "row.html", parent="work"),
        expected("jinja2.render", "row.html", parent="work"),
    ]


def test_includes_are_part_of_the_page(environment: jinja2.Environment, spans: Spans) -> None:
    assert environment.get_template("page.html").render(name="Ada") == "row Ada"
    assert spans() == [
        expected("jinja2.compile", "page.html"),
        expected("jinja2.render", "page.html"),
        expected("jinja2.compile", "row.html", parent="jinja2.render"),
    ]


def test_templates_without_a_name(spans: Spans) -> None:
    assert jinja2.Template("Hi {{ name }}").render(name="Ada") == "Hi Ada"
    assert spans() == [expected("jinja2.compile", "<memory>"), expected("jinja2.render", "<memory>")]


def test_files_tell_their_path(tmp_path: Path, spans: Spans) -> None:
    (tmp_path / "page.html").write_text("page")
    jinja2.Environment(loader=jinja2.FileSystemLoader(str(tmp_path))).get_template("page.html")
    path = {"jinja2.template_path": str(tmp_path / "page.html")}
    assert spans() == [expected("jinja2.compile", "page.html", attributes=path)]


@pytest.mark.usefixtures("full")
def test_loading_where_detail_is_full(tmp_path: Path, spans: Spans) -> None:
    (tmp_path / "page.html").write_text("page")
    environment = jinja2.Environment(loader=jinja2.FileSystemLoader(str(tmp_path)))
    environment.get_template("page.html")
    with pytest.raises(jinja2.TemplateNotFound) as caught:
        environment.get_template("none.html")
    failure = ("jinja2.exceptions.TemplateNotFound", str(caught.value))
    path = {"jinja2.template_path": str(tmp_path / "page.html")}
    assert spans() == [
        expected("jinja2.load", "page.html", attributes=path),
        expected("jinja2.compile", "page.html", parent="jinja2.load", attributes=path),
        expected("jinja2.load", "none.html", error=True, failure=failure),
    ]


def test_errors_are_the_templates_own(environment: jinja2.Environment, spans: Spans) -> None:
    with pytest.raises(jinja2.TemplateSyntaxError) as caught:
        environment.get_template("broken.html")
    assert caught.value.lineno == 1
    assert spans()[0]["failure"][0] == "jinja2.exceptions.TemplateSyntaxError"
    with pytest.raises(ZeroDivisionError):
        jinja2.Template("{{ 1 / 0 }}").render()
    assert spans()[-1]["failure"] == ("ZeroDivisionError", "division by zero")


def test_piece_by_piece(spans: Spans) -> None:
    template = jinja2.Template("{% for n in range(3) %}{{ n }}{% endfor %}")
    spans()
    pieces = template.generate()
    assert next(pieces) == "0"
    assert vedette.current_span() is None
    assert spans() == []
    assert list(pieces) == ["1", "2"]
    assert spans() == [expected("jinja2.render", "<memory>")]


def test_a_stream_thrown_away(spans: Spans) -> None:
    template = jinja2.Template("{% for n in range(3) %}{{ n }}{% endfor %}")
    spans()
    stream = template.stream()
    next(stream)
    del stream
    assert spans() == [expected("jinja2.render", "<memory>")]


async def test_asynchronous_rendering(asynchronous: jinja2.Environment, spans: Spans) -> None:
    template = asynchronous.get_template("page.html")
    assert await template.render_async(name="Ada") == "row Ada"
    assert "".join([piece async for piece in template.generate_async(name="Ada")]) == "row Ada"
    assert [span for span in spans() if span["name"] == "jinja2.render"] == [expected("jinja2.render", "page.html")] * 2
    assert vedette.current_span() is None


@pytest.mark.skipif(jinja2.__version__ < "3", reason="takes the thread's event loop, which newer Pythons do not make")
def test_asynchronous_templates_rendered_synchronously(asynchronous: jinja2.Environment, spans: Spans) -> None:
    assert asynchronous.get_template("row.html").render() == "row"
    assert spans() == [expected("jinja2.compile", "row.html"), expected("jinja2.render", "row.html")]


def test_native_types(spans: Spans) -> None:
    assert NativeEnvironment().from_string("{{ [1, 2] }}").render() == [1, 2]
    assert spans()[-1] == expected("jinja2.render", "<memory>")


def test_the_library_looks_as_before() -> None:
    if jinja2.__version__ >= "3":
        assert inspect.isgeneratorfunction(jinja2.Template.generate)
    assert inspect.iscoroutinefunction(jinja2.Template.render_async)
    assert inspect.isasyncgenfunction(jinja2.Template.generate_async)
    assert list(inspect.signature(jinja2.Template.render).parameters) == ["self", "args", "kwargs"]
    assert pickle.loads(pickle.dumps(jinja2.Template.render)) is jinja2.Template.render
