"""The example of docs/api-security.md does what the page says."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from tests.docs.pages import example, read
from tests.integrations.made import Spans
from vedette import _native
from vedette.protection import protect
from vedette.settings import load
from vedette.settings.options import OPTIONS

PAGE = read("api-security.md")
pytestmark = pytest.mark.usefixtures("instrumented")


@pytest.fixture
def told() -> Any:
    """What the span of the page's request says."""
    namespace = example("api-security.md")
    (body,) = re.findall(r"-d '(.*?)'", PAGE)
    undo = protect(load({"protection": "monitor"}))
    try:
        _native.take()
        headers = {"Authorization": "Bearer abc", "Content-Type": "application/json"}
        answer = namespace["app"].test_client().post("/customers/12/orders", data=body, headers=headers)
        assert answer.status_code == 201
        answer.close()
        return Spans().one()["attributes"]
    finally:
        undo()


def test_the_example(told: Any) -> None:
    (schema,) = re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL)
    assert json.loads(told["security.api.request.body.schema"]) == json.loads(schema)
    assert told["security.api.authentication"] == "bearer"
    assert json.loads(told["security.api.response.body.schema"])[0]["order"] == [4]
    assert json.loads(told["security.api.request.params.schema"]) == [{"number": [4]}]


def test_the_names_of_the_page_are_right(told: Any) -> None:
    named = set(re.findall(r"`(security\.api\.[a-z.]+)`", PAGE))
    assert {name for name in named if not name.startswith("security.api.request.headers")} - set(told) == set()
    settings = {name.lower() for name in re.findall(r"`VEDETTE_((?!PROTECTION)[A-Z_]+)", PAGE)}
    assert settings <= set(OPTIONS)
    assert len(settings) >= 6
