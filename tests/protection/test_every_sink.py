"""Each way to a file and to a program: an exploit is told, or refused before it happens; ordinary use passes."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.protection import file_sinks, program_sinks
from tests.protection.one_sink import asked

posix = pytest.mark.skipif(sys.platform == "win32", reason="for POSIX")
each_file = pytest.mark.parametrize("way", file_sinks.WAYS)
each_line = pytest.mark.parametrize("way", program_sinks.LINES)
each_replacing = pytest.mark.parametrize("way", program_sinks.REPLACING)
each_program = pytest.mark.parametrize("way", program_sinks.PROGRAMS)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """What an application serves is in public/; what it must not give away is beside that."""
    for name in ("public", "private"):
        (tmp_path / name / "sub").mkdir(parents=True)
        (tmp_path / name / "empty").mkdir()
        (tmp_path / name / "a.txt").write_text("text")
        shutil.make_archive(str(tmp_path / name / "a"), "zip", tmp_path, "public/a.txt")
        shutil.make_archive(str(tmp_path / name / "a"), "tar", tmp_path, "public/a.txt")
    (tmp_path / "upload").write_text("sent")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def tree(folder: Path) -> list[str]:
    """All that is there."""
    return sorted(map(str, folder.rglob("*")))


def attack(way: str) -> str:
    return f"../private/{file_sinks.WAYS[way].name}"


@posix
@each_file
def test_a_climb_is_refused(only_sinks: Any, findings: Any, folder: Path, way: str) -> None:
    only_sinks("block")
    before = tree(folder)
    assert asked(file_sinks.WAYS[way].use, attack(way)) == (403, [])
    assert tree(folder) == before
    assert set(map(str, findings())) == {"('lfi', 'server.request.query', ['name', '0'], True)"}


@posix
@each_file
def test_a_climb_is_told(only_sinks: Any, findings: Any, folder: Path, way: str) -> None:
    only_sinks("monitor")
    status, [result] = asked(file_sinks.WAYS[way].use, attack(way))
    assert (status, isinstance(result, Exception)) == (200, False), result
    assert set(map(str, findings())) == {"('lfi', 'server.request.query', ['name', '0'], False)"}


@posix
@each_file
def test_a_name_in_the_folder_passes(only_sinks: Any, findings: Any, folder: Path, way: str) -> None:
    only_sinks("block")
    status, [result] = asked(file_sinks.WAYS[way].use, file_sinks.WAYS[way].name)
    assert (status, isinstance(result, Exception)) == (200, False), result
    assert findings() == []


@posix
@each_line
def test_another_command_is_refused(only_sinks: Any, findings: Any, folder: Path, way: str) -> None:
    only_sinks("block")
    assert asked(program_sinks.LINES[way], "a; touch proof") == (403, [])
    assert not (folder / "proof").exists()
    assert findings() == [("command_injection", "server.request.query", ["name", "0"], True)]


@posix
@each_line
def test_another_command_is_told(only_sinks: Any, findings: Any, folder: Path, way: str) -> None:
    only_sinks("monitor")
    status, [result] = asked(program_sinks.LINES[way], "a; touch proof")
    assert (status, isinstance(result, Exception)) == (200, False), result
    assert (folder / "proof").exists()
    assert findings() == [("command_injection", "server.request.query", ["name", "0"], False)]


@posix
@each_line
def test_a_word_passes(only_sinks: Any, findings: Any, folder: Path, way: str) -> None:
    only_sinks("block")
    status, [result] = asked(program_sinks.LINES[way], "proof")
    assert (status, isinstance(result, Exception)) == (200, False), result
    assert findings() == []


@posix
@each_program
def test_another_program_is_refused(only_sinks: Any, findings: Any, folder: Path, way: str) -> None:
    only_sinks("block")
    assert asked(program_sinks.PROGRAMS[way], "/usr/bin/touch") == (403, [])
    assert not (folder / "proof").exists()
    assert findings() == [("command_injection", "server.request.query", ["name", "0"], True)]


@posix
@each_program
def test_another_program_is_told(only_sinks: Any, findings: Any, folder: Path, way: str) -> None:
    only_sinks("monitor")
    status, [result] = asked(program_sinks.PROGRAMS[way], "/usr/bin/touch")
    assert (status, isinstance(result, Exception)) == (200, False), result
    assert (folder / "proof").exists()
    assert findings() == [("command_injection", "server.request.query", ["name", "0"], False)]


@posix
@each_replacing
def test_what_would_replace_the_process(only_sinks: Any, findings: Any, way: str) -> None:
    only_sinks("block")
    assert asked(program_sinks.REPLACING[way], "a; touch proof") == (403, [])
    status, [result] = asked(program_sinks.REPLACING[way], "proof")
    assert (status, type(result)) == (200, FileNotFoundError)
    assert findings() == [("command_injection", "server.request.query", ["name", "0"], True)]


@posix
@each_replacing
def test_what_would_replace_the_process_is_told(only_sinks: Any, findings: Any, way: str) -> None:
    only_sinks("monitor")
    status, [result] = asked(program_sinks.REPLACING[way], "a; touch proof")
    assert (status, type(result)) == (200, FileNotFoundError)
    assert findings() == [("command_injection", "server.request.query", ["name", "0"], False)]
