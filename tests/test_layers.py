"""Imports go down only, and the checker sees it when they do not."""

from __future__ import annotations

from pathlib import Path

import pytest
from tools import layers


def broken(room: str, source: str) -> list[str]:
    return [text for _, text in layers.check(room, source, layers.PACKAGE, {"flask", "redis", "logging"})]


def test_the_package_keeps_to_its_layers() -> None:
    assert layers.problems() == []


def test_every_room_of_the_table_exists() -> None:
    rooms = {path.stem for path in layers.PACKAGE.iterdir()} | {"vedette"}
    assert set(layers.MAY_IMPORT) <= rooms


def test_the_table_has_no_cycles() -> None:
    below: dict[str, set[str]] = {}

    def reach(room: str, above: tuple[str, ...]) -> set[str]:
        assert room not in above, " -> ".join([*above, room])
        if room not in below:
            lower = layers.MAY_IMPORT[room]
            below[room] = lower.union(*(reach(each, (*above, room)) for each in lower))
        return below[room]

    for room in layers.MAY_IMPORT:
        reach(room, ())
    assert not below["agent"] & {"tracing", "instrument", "integrations"}


@pytest.mark.parametrize(
    ("room", "source"),
    [
        ("settings", "from vedette.tracing import tracer"),
        ("settings", "import vedette.tracing.tracer"),
        ("settings", "from vedette import tracing"),
        ("settings", "import os, vedette.agent"),
        ("settings", "if TYPE_CHECKING:\n    from vedette.operations import Query"),
        ("settings", "def f():\n    from vedette.operations import Query  # a reason does not make it right"),
        ("integrations", "from vedette import _native"),
        ("integrations", "from vedette.protection import protect"),
        ("agent", "import vedette"),
        ("agent", "from vedette import tracer"),
        ("instrument", "from vedette.integrations.index import MODULES"),
    ],
)
def test_an_import_that_goes_up_is_told(room: str, source: str) -> None:
    [text] = broken(room, source)
    assert text.startswith(f"{room} imports vedette")


@pytest.mark.parametrize(
    ("room", "source"),
    [
        ("settings", "import os\nfrom vedette.settings.option import Option"),
        ("integrations", "from vedette.instrument import Around\nfrom vedette.integrations.starlette import answer"),
        ("cli", "from vedette.agent.serve import run\nimport vedette"),
        ("settings", "import vedettes"),
    ],
)
def test_an_import_that_goes_down_is_fine(room: str, source: str) -> None:
    assert broken(room, source) == []


def test_a_room_that_is_not_in_the_table_is_told() -> None:
    assert broken("utils", "") == ["the room utils is not in the table of tools/layers.py"]


@pytest.mark.parametrize(
    ("source", "count"),
    [
        ("import json", 0),
        ("def f():\n    import json", 1),
        ("async def f():\n    if f:\n        import json", 1),
        ("def f():\n    import json  # slow", 0),
        ("def f():\n    # Slow.\n    import json", 0),
        ("def f():\n    # Slow.\n    import json\n    import re\n    x = 1\n    import os", 1),
        ("def f():\n    from json import (\n        dumps,\n        loads,  # both\n    )\n    import re", 0),
        ("def f():\n    x = 1  # of another line\n    import json", 1),
        ("def f():\n    def g():\n        import json", 1),
        ("class C:\n    def m(self):\n        import json", 1),
    ],
)
def test_an_import_inside_of_a_function_has_a_reason(source: str, count: int) -> None:
    assert len(broken("settings", source)) == count


@pytest.mark.parametrize("source", ["import flask", "from redis.client import Redis", "NAME = 'flask.request'"])
def test_protection_that_names_a_library_is_told(source: str) -> None:
    [text] = broken("protection", source)
    assert text.startswith("protection names a library: ")
    assert broken("instrument", source) == []


@pytest.mark.parametrize("source", ['"""What flask and redis do."""', "import logging", "NAME = 'flasks'"])
def test_protection_may_write_about_libraries(source: str) -> None:
    assert broken("protection", source) == []


def test_problems_say_where_they_are(tmp_path: Path) -> None:
    package = tmp_path / "src" / "vedette"
    (package / "settings").mkdir(parents=True)
    (package / "tracing").mkdir()
    (package / "settings" / "load.py").write_text("import os\nfrom vedette.tracing import tracer\n")
    [problem] = layers.problems(package)
    assert str(problem).startswith("src/vedette/settings/load.py:2: settings imports vedette.tracing")
