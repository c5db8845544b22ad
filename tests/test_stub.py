"""`_native.pyi` says what the native module is: the comparer finds nothing, and would find something."""

from __future__ import annotations

import types
from pathlib import Path

import pytest
from tools import stubs

pytest.importorskip("mypy.stubtest", reason="mypy compares the signatures")

STUB = '''
def documented(a: int) -> None:
    """Says something."""
def bare() -> None: ...
class Thing:
    """A thing."""
    size: int
    """Its size."""
    weight: int
    @property
    def name(self) -> str:
        """Its name."""
    @name.setter
    def name(self, value: str) -> None: ...
    def _private(self) -> None: ...
'''


class Thing:
    """A thing."""

    size = property(lambda self: 1, doc="Its size.")
    weight = property(lambda self: 2, doc="Its weight.")

    @property
    def name(self) -> str:
        return "undocumented in the binary"


def test_stub_and_binary_agree() -> None:
    assert stubs.differences() == []


def test_what_lacks_documentation_is_named() -> None:
    binary = types.SimpleNamespace(documented=stubs.main, bare=stubs.main, Thing=Thing)
    assert stubs.undocumented(STUB, binary) == [  # type: ignore[arg-type]
        "vedette._native.bare has no documentation in the stub",
        "vedette._native.Thing.weight has no documentation in the stub",
        "vedette._native.Thing.name has no documentation in the binary",
    ]


@pytest.mark.parametrize(
    ("there", "instead", "found"),
    [
        ("def flush(timeout: float)", "def flush(timeout: float, more: int)", "_native.flush is inconsistent"),
        ("def runtime_id()", "def runtime_name()", "_native.runtime_id is not present in stub"),
        ("def keep(self)", "def hold(self)", "_native.Span.hold is not present at runtime"),
    ],
)
def test_what_differs_is_named(tmp_path: Path, there: str, instead: str, found: str) -> None:
    text = stubs.STUB.read_text(encoding="utf-8")
    assert there in text
    stub = tmp_path / "_native.pyi"
    stub.write_text(text.replace(there, instead), encoding="utf-8")
    assert any(found in line for line in stubs.signatures(stub))
