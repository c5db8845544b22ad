"""vedette at work in memory with libraries instrumented, and protection put on for one test at a time."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator
from typing import Any

import pytest

import vedette
from tests.integrations.made import Spans
from vedette import _native
from vedette.lifecycle import running
from vedette.protection import protect
from vedette.settings import load


@pytest.fixture(scope="session", autouse=True)
def _instrumented() -> Iterator[None]:
    """Started here, unless the tests of the integrations have done so."""
    if running() is not None:
        yield
        return
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("VEDETTE_PROTECTION", "off")
        vedette.start(in_memory=True)
    yield
    vedette.stop()


@pytest.fixture
def spans() -> Spans:
    """Call it for the spans that finished since the test began."""
    _native.take()
    return Spans()


@pytest.fixture
def protected() -> Iterator[Any]:
    """`protected("block", body_limit=100)`: protection with these settings, until the test's end."""
    with contextlib.ExitStack() as undo:

        def put_on(mode: str, **options: Any) -> None:
            undo.callback(protect(load({"protection": mode, **options})))

        yield put_on


@pytest.fixture
def blocking(protected: Any) -> None:
    """Attacks are blocked."""
    protected("block")


@pytest.fixture
def monitoring(protected: Any) -> None:
    """Attacks are told, and pass."""
    protected("monitor")


@pytest.fixture
def only_sinks(protected: Any, tmp_path: Any) -> Any:
    """Protection with the rules of sinks alone: requests get as far as the statement."""

    def put_on(mode: str) -> None:
        from vedette.protection import rule_file

        with open(rule_file.DEFAULT_RULES, encoding="utf-8") as file:
            rules = json.load(file)
        rules["rules"] = [rule for rule in rules["rules"] if rule["tags"]["category"] == "vulnerability_trigger"]
        path = tmp_path / "rules.json"
        path.write_text(json.dumps(rules))
        protected(mode, protection_rules=str(path))

    return put_on


@pytest.fixture
def findings(spans: Spans) -> Any:
    """Call it for what was found: (rule's type, address, key path, blocked), of all finished requests."""

    def found() -> list[tuple[str, str, list[str], bool]]:
        return [
            (trigger["rule"]["tags"]["type"], *place(trigger), trigger.get("blocked", False))
            for trigger in triggers(spans)
        ]

    return found


def place(trigger: dict[str, Any]) -> tuple[str, list[str]]:
    """Where a finding was."""
    parameter = trigger["rule_matches"][0]["parameters"][0]
    parameter = parameter.get("params", parameter)
    return parameter["address"], parameter["key_path"]


def triggers(spans: Spans) -> list[dict[str, Any]]:
    """The findings on the finished spans, in the Datadog form."""
    import json

    told = [span.get("structures", {}).get("appsec") for span in spans()]
    return [trigger for text in told if text for trigger in json.loads(text)["triggers"]]
