"""The test matrix: what is run, with what installed, and what is remembered."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest
from tools import matrix
from tools.matrix import Cell, chosen, evidence, known, package, part_of, pythons

from vedette.instrument.integration import Integration

# The parts, by the names under which the matrix itself imports them.
cells = sys.modules["proving.cells"]
environment = sys.modules["proving.environment"]
outcomes = sys.modules["proving.outcome"]
files = sys.modules["proving.tests"]


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
    floors = chosen(all_of_it, ["3.9"], floors=True)
    assert [cell.name for cell in floors] == ["flask-1.0-py3.9", "redis-5.0-py3.9"]


def test_parts_are_the_whole() -> None:
    cells = list(chosen([made(str(number)) for number in range(7)], ["3.9"]))
    parts = [part_of(cells, number, 3) for number in (1, 2, 3)]
    assert sorted(cell.name for part in parts for cell in part) == [cell.name for cell in cells]
    assert max(map(len, parts)) - min(map(len, parts)) <= 1


@pytest.mark.parametrize("text", ["3", "0/2", "3/2", "a/b", "1/"])
def test_a_part_is_a_number_of_a_count(text: str) -> None:
    assert matrix.part("2/6") == (2, 6)
    with pytest.raises(matrix.argparse.ArgumentTypeError):
        matrix.part(text)


def test_an_integration_may_have_several_files_of_tests(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "FOLDER", tmp_path)
    for name in ("logging", "logging_formats", "http_client", "urllib", "urllib3", "http_client_errors"):
        (tmp_path / f"test_{name}.py").touch()
    assert [file.stem for file in files.of("logging")] == ["test_logging", "test_logging_formats"]
    assert [file.stem for file in files.of("http_client")] == ["test_http_client", "test_http_client_errors"]
    assert [file.stem for file in files.of("urllib")] == ["test_urllib"]
    assert files.of("http") == [], "its file would be that of http_client"
    assert files.of("absent") == []


def test_a_result_depends_on_the_families_that_the_integration_uses() -> None:
    used = files.families_of([files.INTEGRATIONS / "fastapi.py"])
    names = {file.stem for file in used}
    assert "exchange" in names, "through another family"
    assert "dbapi" not in names


def test_messages_are_kept_without_this_machines_places() -> None:
    told = "ImportError: cannot import name 'Mapping' from 'collections' (/opt/python/lib/collections/__init__.py)"
    assert outcomes.without_paths(told) == "ImportError: cannot import name 'Mapping' from 'collections'"
    told = "ImportError: /home/me/env/lib/_psycopg.so: undefined symbol: _Get"
    assert outcomes.without_paths(told) == "ImportError: _psycopg.so: undefined symbol: _Get"
    assert outcomes.without_paths("TypeError: f() takes (a) only") == "TypeError: f() takes (a) only"


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
    return {**whole, "date": "2026-01-31", "commit": "abc", "reason": "", **changes}  # type: ignore[typeddict-item, return-value]


def test_evidence_is_replaced_by_cell_and_kept_in_order(tmp_path: Path) -> None:
    file = tmp_path / "evidence.json"
    for each in (record(version="1.10"), record(version="1.9"), record(python="3.10"), record(), record(tests=4)):
        evidence.add(each, file)
    rows = [(each["version"], each["python"], each["tests"]) for each in evidence.read(file)]
    assert rows == [("1.1.4", "3.9", 4), ("1.1.4", "3.10", 3), ("1.9", "3.9", 3), ("1.10", "3.9", 3)]
    assert len(file.read_text().splitlines()) == 4 + 2, "one record a line"


def test_the_latest_that_did_not_install_is_replaced_by_what_does(tmp_path: Path) -> None:
    file = tmp_path / "evidence.json"
    for each in (record(version="latest", result="not installable"), record(version="9.1")):
        evidence.add(each, file)
    assert [each["version"] for each in evidence.read(file)] == ["9.1"]


def test_evidence_of_versions_that_are_declared_no_more_is_dropped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "evidence.json"
    monkeypatch.setattr(evidence.keep, "__defaults__", (file,))
    monkeypatch.setattr(matrix, "declared", lambda: [made("flask", floor="1.0", tested=["1.1.4", "latest"])])
    for version in ("0.9", "1.0.0", "1.1.4", "1.1.5"):
        evidence.add(record(version=version), file)
    evidence.add(record(integration="gone"), file)
    evidence.add(record(version="latest", python="3.10"), file)
    matrix.forget_undeclared()
    assert [each["version"] for each in evidence.read(file)] == ["latest", "1.0.0", "1.1.4", "1.1.5"]


@pytest.fixture
def cell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Cell:
    """A cell of this Python, in place of whose tests stands a file that the test writes."""
    file = tmp_path / "test_it.py"
    monkeypatch.setattr(package, "CACHE", tmp_path)
    monkeypatch.setattr(files, "of", lambda name: [file])
    monkeypatch.setattr(files, "fingerprint_of", lambda name: file.read_text() if file.exists() else "")
    monkeypatch.setattr(outcomes, "prepared", lambda cell, python: python)
    monkeypatch.setattr(package, "laid_out", lambda version, python: tmp_path)
    monkeypatch.setattr(package, "native_module", lambda version, python: tmp_path)
    monkeypatch.setattr(evidence, "FILE", tmp_path / "evidence.json")
    monkeypatch.setattr(evidence.add, "__defaults__", (tmp_path / "evidence.json",))
    monkeypatch.setattr(matrix, "forget_undeclared", lambda: None)
    return Cell(made(distribution=None), "of Python", "{}.{}".format(*sys.version_info[:2]))


def run(cell: Cell, tests: str) -> tuple[bool, str, int]:
    (package.CACHE / "test_it.py").write_text(tests)
    failed = matrix.Run([cell], {cell.python: Path(sys.executable)}, 1, None).play(jobs=1)
    [known] = evidence.read(package.CACHE / "evidence.json")
    return not failed, known["result"], known["tests"]


def test_what_passes_is_known_until_something_changes(cell: Cell) -> None:
    assert run(cell, "def test_a(): pass\ndef test_b(): pass\n") == (True, "passed", 2)
    assert known.due([cell]) == []
    (package.CACHE / "test_it.py").write_text("def test_a(): pass\n")
    assert known.due([cell]) == [cell]


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
    assert (known.due([cell]) == []) is (result == "skipped")
    assert (package.CACHE / "logs" / f"{cell.name}.txt").read_text().strip()


def test_a_library_that_does_not_run_there_is_no_failure(cell: Cell) -> None:
    broken = cell._replace(integration=made("other", None))
    broken.integration.modules = ("no_such_module",)
    assert run(broken, "def test_a(): pass\n") == (True, "not importable", 0)
    [told] = evidence.read(package.CACHE / "evidence.json")
    assert told["reason"] == "ModuleNotFoundError: No module named 'no_such_module'"


def test_a_version_that_can_not_be_installed_is_no_failure(cell: Cell, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> Path:
        raise environment.NotInstallable("no such version")

    monkeypatch.setattr(outcomes, "prepared", refuse)
    assert run(cell, "def test_a(): pass\n") == (True, "not installable", 0)


def test_an_index_that_does_not_answer_proves_nothing(cell: Cell, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> Path:
        raise environment.Unreachable("timed out")

    monkeypatch.setattr(outcomes, "prepared", refuse)
    run_of_it = matrix.Run([cell], {cell.python: Path(sys.executable)}, 1, None)
    assert run_of_it.play(jobs=1) == [cell.name]
    assert evidence.read(package.CACHE / "evidence.json") == []


def test_cells_are_run_side_by_side(cell: Cell, capsys: pytest.CaptureFixture[str]) -> None:
    cells = [cell._replace(integration=made(f"library{number}", None)) for number in range(5)]
    (package.CACHE / "test_it.py").write_text("def test_a(): pass\n")
    assert matrix.Run(cells, {cell.python: Path(sys.executable)}, 7, None).play(jobs=3) == []
    assert len(evidence.read(package.CACHE / "evidence.json")) == 5
    told = capsys.readouterr().out
    assert "7 cells, 2 of them known to pass" in told
    assert re.search(r"; 0:\d\d:\d\d left", told)
    assert told.splitlines()[-1] == "matrix: 5 passed"


def test_after_its_time_nothing_is_begun(cell: Cell, capsys: pytest.CaptureFixture[str]) -> None:
    assert matrix.Run([cell], {cell.python: Path(sys.executable)}, 1, 0).play(jobs=1) == []
    assert "1 were not begun" in capsys.readouterr().out


def test_a_failing_installation_says_so() -> None:
    with pytest.raises(environment.NotInstallable):
        environment._run("pip", "install", "--no-such-option")


def test_unknown_names_are_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert matrix.main(["--integration", "no-such-library"]) == 2
    assert "nothing of that name" in capsys.readouterr().err


def test_a_python_that_is_absent_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert matrix.main(["--python", "2.1", "--list"]) == 2
    assert "there is no CPython 2.1" in capsys.readouterr().err


def test_what_nobody_has_run_yet(monkeypatch: pytest.MonkeyPatch) -> None:
    flask, json_ = made("flask", tested=["1.0", "2.0.0"]), made("json", distribution=None)
    records = [("flask", "1.0", "3.9"), ("flask", "2.0", "3.9"), ("flask", "3.1", "3.12"), ("json", "3.12.1", "3.12")]
    of = [{"integration": name, "version": version, "python": python} for name, version, python in records]
    monkeypatch.setattr(evidence, "read", lambda: of)
    left = sys.modules["proving.untried"].untried(chosen([flask, json_], ["3.9", "3.12"]))
    assert [cell.name for cell in left] == ["json-of-Python-py3.9", "flask-1.0-py3.12", "flask-2.0.0-py3.12"]
