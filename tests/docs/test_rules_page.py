"""The examples of docs/rules.md do what the page says."""

from __future__ import annotations

import re
from pathlib import Path

from tests.cli.test_config import vedette

PAGE = (Path(__file__).parents[2] / "docs" / "rules.md").read_text(encoding="utf-8")


def words(text: str) -> list[list[str]]:
    return [line.split() for line in text.strip().splitlines()]


def test_the_rule_the_exclusion_and_the_cases(tmp_path: Path) -> None:
    examples = re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL)
    for name, example in zip(("rules.json", "leak.json", "exclusions.json", "cases.json"), examples):
        (tmp_path / name).write_text(example, encoding="utf-8")
    (session,) = re.findall(r"```console\n(.*?)```", PAGE, re.DOTALL)
    commands = [part.partition("\n")[::2] for part in session.split("$ vedette ")[1:]]
    assert len(examples) == 4
    assert len(commands) == 2
    for command, printed in commands:
        done = vedette(tmp_path, *command.split())
        assert (done.returncode, done.stderr) == (0, "")
        assert words(done.stdout) == words(printed)
