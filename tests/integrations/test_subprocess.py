"""subprocess with real programs."""

from __future__ import annotations

import asyncio
import inspect
import pickle
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.integrations.made import Spans


def program(source: str, *arguments: str) -> list[str]:
    return [sys.executable, "-c", source, *arguments]


def ran(exit_code: int | None, **told: Any) -> dict[str, Any]:
    code = {} if exit_code is None else {"cmd.exit_code": exit_code}
    attributes = {**{f"cmd.{name}": value for name, value in told.items()}, **code, "component": "subprocess"}
    name = "command_execution"
    return {"name": name, "type": "system", "kind": "internal", "attributes": attributes}


@pytest.mark.parametrize("function", [subprocess.run, subprocess.call])
def test_a_program_is_one_span_until_it_ends(spans: Spans, function: Any) -> None:
    given = program("import sys; sys.exit(3)", "x")
    function(given)
    assert spans.one() == {**ran(3, exec=given), "resource": Path(sys.executable).name}


def test_output_and_errors_are_as_ever(spans: Spans) -> None:
    assert subprocess.check_output(program("print('a')"), text=True) == "a\n"
    with pytest.raises(subprocess.CalledProcessError) as raised:
        subprocess.check_output(program("raise SystemExit(2)"), stderr=subprocess.DEVNULL)
    assert raised.value.returncode == 2
    good, bad = spans()
    assert (good["attributes"]["cmd.exit_code"], bad["failure"][0]) == (0, "subprocess.CalledProcessError")


def test_what_is_absent_is_an_error(spans: Spans) -> None:
    with pytest.raises(FileNotFoundError):
        subprocess.Popen(["/no/such/program", "a"])
    span = spans.one()
    assert (span["resource"], span["error"], span["failure"][0]) == ("program", True, "FileNotFoundError")


def test_a_line_for_a_shell(spans: Spans) -> None:
    assert subprocess.run("exit 4", shell=True).returncode == 4
    assert spans.one() == {**ran(4, shell="exit 4"), "resource": "exit"}


def test_popen_is_its_start(spans: Spans) -> None:
    with subprocess.Popen(program("pass")) as child:
        child.wait()
    assert [span["attributes"].get("cmd.exit_code") for span in spans()] == [None]


def test_asyncio(spans: Spans) -> None:
    async def start() -> bytes:
        child = await asyncio.create_subprocess_exec(*program("print('b')"), stdout=subprocess.PIPE)
        return (await child.communicate())[0]

    assert asyncio.run(start()) == b"b\n"
    assert [span["name"] for span in spans()] == ["command_execution"]


def test_secrets_are_hidden(spans: Spans) -> None:
    subprocess.run(program("pass", "--password", "hunter2", "--api-key=k", "--user", "bob"))
    subprocess.run("TOKEN=abc exit 0 --secret s3cret", shell=True)
    told = spans()
    assert told[0]["attributes"]["cmd.exec"][3:] == ["--password", "?", "--api-key=?", "--user", "bob"]
    assert (told[1]["attributes"]["cmd.shell"], told[1]["resource"]) == ("TOKEN=? exit 0 --secret ?", "exit")


@pytest.mark.parametrize("given", [[], 5, [5], None, [None]])
def test_what_is_no_command_is_the_librarys_to_judge(spans: Spans, given: Any) -> None:
    with pytest.raises((TypeError, IndexError, ValueError)):
        subprocess.run(given)
    assert spans() == []


def test_paths_and_bytes(spans: Spans) -> None:
    subprocess.run([Path(sys.executable), b"-c", b"pass"])
    assert spans.one()["attributes"]["cmd.exec"] == [sys.executable, "-c", "pass"]


def test_nothing_changed() -> None:
    assert pickle.loads(pickle.dumps(subprocess.run)) is subprocess.run
    assert list(inspect.signature(subprocess.Popen).parameters)[:2] == ["args", "bufsize"]
    assert isinstance(subprocess.Popen(program("pass")), subprocess.Popen)
