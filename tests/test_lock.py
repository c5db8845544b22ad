"""Whether the lock has a version of everything that is asked for, on every Python."""

from __future__ import annotations

from pathlib import Path

import pytest
from packaging.requirements import Requirement
from tools import lock


def test_nothing_is_missing_in_the_lock(capsys: pytest.CaptureFixture[str]) -> None:
    assert lock.check() == 0, capsys.readouterr().out


@pytest.mark.parametrize(
    ("wanted", "locked", "lacking"),
    [
        ("Flask", ["flask==3.1.3"], []),
        ("flask_x", ["Flask.X==1"], []),
        ("flask<3", ["flask==3.1.3"], ["flask<3 for Python 3.9"]),
        ("redis", [], ["redis for Python 3.9"]),
        ("a", ["a==1; python_full_version < '3.10'", "a==2; python_full_version >= '3.10'"], []),
        ("a>1", ["a==1; python_full_version < '3.10'", "a==2; python_full_version > '3.10'"], ["a>1 for Python 3.9"]),
        ("a", ["a==1; python_full_version < '3.11.3'"], ["a for Python 3.11"]),
        ("tomli; python_version < '3.11'", ["tomli==2; python_version < '3.11'"], []),
    ],
)
def test_each_python_needs_a_version_that_fits(wanted: str, locked: list[str], lacking: list[str]) -> None:
    told = lock.absent([Requirement(wanted)], [Requirement(each) for each in locked])
    assert [sentence.partition(" has no ")[2] for sentence in told] == lacking


def test_comments_are_no_requirements(tmp_path: Path) -> None:
    file = tmp_path / "some.txt"
    file.write_text("# what for\n\nflask>=2  # the oldest that works\nredis\n")
    assert [str(each) for each in lock.requirements([file])] == ["flask>=2", "redis"]


@pytest.mark.parametrize("arguments", [[], ["both"]])
def test_other_arguments_are_refused(arguments: list[str]) -> None:
    assert lock.main(arguments) == 2
