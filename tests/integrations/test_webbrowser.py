"""webbrowser: what a browser is about to be shown is told once, whoever asks."""

from __future__ import annotations

import inspect
import sys
import webbrowser
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.integrations.made import Spans
from tests.integrations.told import Told
from vedette.operations import OutgoingRequest, Refusal

URL = "https://shop.example:8443/basket?id=1"


@pytest.fixture
def told() -> Iterator[Told]:
    listener = Told()
    OutgoingRequest.listen(listener)
    yield listener
    OutgoingRequest.unlisten(listener)


@pytest.fixture
def browser(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """A program in the place of a browser, which the module knows as its only one; it writes down what it is shown."""
    program = f"import sys; open({str(tmp_path / 'shown')!r}, 'a').write(sys.argv[1] + '\\n')"
    generic = webbrowser.GenericBrowser([sys.executable, "-c", program, "%s"])
    monkeypatch.setattr(webbrowser, "_tryorder", ["mine"])
    monkeypatch.setattr(webbrowser, "_browsers", {"mine": [None, generic]})
    generic.shown = lambda: (tmp_path / "shown").read_text().split()  # type: ignore[attr-defined]
    return generic


def facts(told: Told) -> list[tuple[Any, ...]]:
    return [(each.method, each.url, each.host, each.port) for each in told.operations]


@pytest.mark.parametrize("name", ["open", "open_new", "open_new_tab"])
def test_functions_of_the_module(name: str, browser: Any, told: Told, spans: Spans) -> None:
    assert getattr(webbrowser, name)(URL) is True
    assert facts(told) == [("GET", URL, "shop.example", 8443)], "told once"
    assert browser.shown() == [URL]
    assert {span["name"] for span in spans()} <= {"command_execution"}, "that of the browser's process at most"


def test_by_name(browser: Any, told: Told) -> None:
    assert webbrowser.open(url=URL, new=2) is True
    assert len(told.operations) == 1


@pytest.mark.parametrize("name", ["open", "open_new", "open_new_tab"])
def test_a_browser_by_itself(name: str, browser: Any, told: Told) -> None:
    assert webbrowser.get("mine") is browser
    assert getattr(webbrowser.get("mine"), name)(URL) is True
    assert facts(told) == [("GET", URL, "shop.example", 8443)]
    assert browser.shown() == [URL]


def test_other_kinds_of_browser(told: Told) -> None:
    class Own(webbrowser.BackgroundBrowser):
        pass

    Own([sys.executable, "-c", "pass", "%s"]).open(URL)
    assert len(told.operations) == 1


def test_a_browser_of_the_applications_own(told: Told, monkeypatch: pytest.MonkeyPatch) -> None:
    class Own:
        shown: list[str] = []  # noqa: RUF012

        def open(self, url: str, new: int = 0, autoraise: bool = True) -> bool:
            self.shown.append(url)
            return True

    monkeypatch.setattr(webbrowser, "_tryorder", [])
    monkeypatch.setattr(webbrowser, "_browsers", {})
    webbrowser.register("own", None, Own(), preferred=True)
    assert webbrowser.open(URL) is True
    assert (Own.shown, len(told.operations)) == ([URL], 1)


def test_a_refused_url_is_not_shown(browser: Any) -> None:
    listener = Told(refuse="shop.example")
    OutgoingRequest.listen(listener)
    try:
        for function in (webbrowser.open, webbrowser.open_new_tab, webbrowser.get("mine").open):
            with pytest.raises(Refusal):
                function(URL)
    finally:
        OutgoingRequest.unlisten(listener)
    with pytest.raises(FileNotFoundError):
        browser.shown()
    assert len(listener.operations) == 3


def test_odd_input_is_the_modules_own_affair(browser: Any, told: Told) -> None:
    with pytest.raises((TypeError, AttributeError)):
        webbrowser.get("mine").open(None)  # type: ignore[arg-type]
    assert webbrowser.open("not a url") is True
    assert facts(told) == [("GET", "not a url", None, None)]


def test_the_module_looks_as_before() -> None:
    assert list(inspect.signature(webbrowser.open).parameters) == ["url", "new", "autoraise"]
    assert inspect.isfunction(webbrowser.open)
    assert inspect.isfunction(webbrowser.GenericBrowser.open)
