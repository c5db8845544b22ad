"""The test matrix: what is run, with what installed, and what is remembered."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from tools import matrix
from tools.matrix import Cell, NotInstallable, chosen, evidence, package, pythons

from vedette.instrument.integration import Integration

# The parts, by the names under which the matrix itself imports them.
cells = sys.modules["proving.cells"]
environment = sys.modules["proving.environment"]


def made(name: str = "flask", distribution: str | None = "Flask", **facts: object) -> Integration:
    return Integration(name, title=name, modules=["json"], hooks=[], distribution=distribution, **facts)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("floor", "tested", "versions"),
    [
        ("0.10", ["2.3.3", "1.1.4", "latest"], ["0.10", "1.1.4", "2.3.3", "latest"]),
        ("2.10", ["2.10.3", "latest"], ["2.10.3", "latest"]),
        ("2.1", ["2.10.3"], ["2.1", "2.10.3", "latest"]),
        (None, [], ["latest"]),
    ],
)
def test_floor_declared_and_newest_versions_are_tested(floor: str, tested: list[str], versions: list[str]) -> None:
    assert cells.versions_of(made(floor=floor, tested=tested)) == versions


def test_the_standard_library_has_the_version_of_its_python() -> None:
    assert cells.versions_of(made(distribution=None)) == ["of Python"]
    assert cells.requirements(made(distribution=None, tests_use=["click"]), "of Python") == ["click"]


def test_a_part_of_the_matrix_can_be_chosen() -> None:
    all_of_it = [made("flask", tested=["1.0"]), made("redis", "redis", tested=["5.0"])]
    assert len(list(chosen(all_of_it, ["3.9", "3.12"]))) == 8
    part = chosen(all_of_it, ["3.9", "3.12"], names=["redis"], versions=["5.0"])
    assert [cell.name for cell in part] == ["redis-5.0-py3.9", "redis-5.0-py3.12"]


@pytest.mark.parametrize(
    ("version", "pins"),
    [("0.9", ["a<2", "b<3"]), ("1.1.4", ["b<3", "c"]), ("1.1.5", ["b<3"]), ("2.0", []), ("latest", [])],
)
def test_old_versions_get_what_they_do_not_ask_for(version: str, pins: list[str]) -> None:
    integration = made(pins={"<1.0": ["a<2"], "<2.0": ["b<3"], "1.1.4": ["c"]}, tests_use=["click"])
    library = "Flask" if version == "latest" else f"Flask=={version}"
    assert cells.requirements(integration, version) == [library, "click", *pins]


def test_this_python_is_found() -> None:
    version = "{}.{}".format(*sys.version_info[:2])
    found = pythons.installed((version, "2.1"))
    assert list(found) == [version]
    assert found[version].exists()


def record(**changes: object) -> evidence.Record:
    whole = {"integration": "flask", "version": "1.1.4", "python": "3.9", "result": "passed", "tests": 3}
    return {**whole, "date": "2026-01-31", "commit": "abc", **changes}  # type: ignore[typeddict-item, return-value]


def test_evidence_is_replaced_by_cell_and_kept_in_order(tmp_path: Path) -> None:
    file = tmp_path / "evidence.json"
    for each in (record(version="1.10"), record(version="1.9"), record(python="3.10"), record(), record(tests=4)):
        evidence.add(each, file)
    rows = [(each["version"], each["python"], each["tests"]) for each in evidence.read(file)]
    assert rows == [("1.1.4", "3.9", 4), ("1.1.4", "3.10", 3), ("1.9", "3.9", 3), ("1.10", "3.9", 3)]
    assert len(file.read_text().splitlines()) == 4 + 2, "one record a line"


@pytest.fixture
def cell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Cell:
    """A cell of this Python, in place of whose tests stands a file that the test writes."""
    monkeypatch.setattr(package, "CACHE", tmp_path)
    monkeypatch.setattr(matrix, "STATE", tmp_path / "state.json")
    monkeypatch.setattr(matrix, "test_file", lambda name: tmp_path / "test_it.py")
    monkeypatch.setattr(matrix, "state_of", lambda cell: (tmp_path / "test_it.py").read_text())
    monkeypatch.setattr(matrix, "prepared", lambda cell, python: python)
    monkeypatch.setattr(package, "laid_out", lambda version, python: tmp_path)
    monkeypatch.setattr(evidence, "FILE", tmp_path / "evidence.json")
    monkeypatch.setattr(evidence.add, "__defaults__", (tmp_path / "evidence.json",))
    return Cell(made(distribution=None), "of Python", "{}.{}".format(*sys.version_info[:2]))


def run(cell: Cell, tests: str) -> tuple[bool, str, int]:
    (package.CACHE / "test_it.py").write_text(tests)
    good = matrix.run(cell, Path(sys.executable), 1, 1)
    [known] = evidence.read(package.CACHE / "evidence.json")
    return good, known["result"], known["tests"]


def test_what_passes_is_known_until_something_changes(cell: Cell) -> None:
    assert run(cell, "def test_a(): pass\ndef test_b(): pass\n") == (True, "passed", 2)
    assert matrix.is_done(cell, matrix.read_state())
    (package.CACHE / "test_it.py").write_text("def test_a(): pass\n")
    assert not matrix.is_done(cell, matrix.read_state())


@pytest.mark.parametrize(
    ("tests", "good", "result"),
    [
        ("def test_a(): pass\ndef test_b(): assert False\n", False, "failed"),
        ("import no_such_module\n", False, "failed"),
        ("", False, "failed"),
        ("import pytest\n@pytest.mark.skip(reason='no server')\ndef test_a(): pass\n", True, "skipped"),
    ],
    ids=["failing", "not collected", "no tests", "skipped"],
)
def test_what_does_not_pass_is_told(cell: Cell, tests: str, good: bool, result: str) -> None:
    assert run(cell, tests)[:2] == (good, result)
    assert matrix.is_done(cell, matrix.read_state()) is (result == "skipped")
    assert (package.CACHE / "logs" / f"{cell.name}.txt").read_text().strip()


def test_a_library_that_does_not_run_there_is_no_failure(cell: Cell) -> None:
    broken = cell._replace(integration=made("other", None))
    broken.integration.modules = ("no_such_module",)
    assert run(broken, "def test_a(): pass\n") == (True, "not importable", 0)


def test_a_version_that_can_not_be_installed_is_no_failure(cell: Cell, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> Path:
        raise NotInstallable("no such version")

    monkeypatch.setattr(matrix, "prepared", refuse)
    assert run(cell, "def test_a(): pass\n") == (True, "not installable", 0)


def test_a_failing_installation_says_so() -> None:
    with pytest.raises(NotInstallable):
        environment._run("pip", "install", "--no-such-option")


def test_unknown_names_are_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert matrix.main(["--integration", "no-such-library"]) == 2
    assert "nothing of that name" in capsys.readouterr().err
