"""How rules, and trials of them, are shown."""

from __future__ import annotations

import json
import sys
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from vedette.protection.trials.rates import Rate, Rates
from vedette.protection.trials.trial import Result

_LONGEST = 160
"""Characters of a case that are shown."""


def _console() -> Console:
    return Console(width=None if sys.stdout.isatty() else 200)


def _table(*titles: str) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for title in titles:
        table.add_column(title, overflow="fold")
    return table


def show_rules(rules: list[dict[str, Any]]) -> None:
    """A table of rules."""
    table = _table("Id", "Name", "Type", "CWE", "Confidence", "When found")
    for rule in rules:
        consequence = ", ".join(map(str, rule["on_match"])) or "report"
        cells = (rule["id"], rule["name"], rule["type"], rule["cwe"], rule["confidence"], consequence)
        table.add_row(*(Text(str(cell)) for cell in cells))
    _console().print(table)


def show_rule(name: str, told: dict[str, Any]) -> None:
    """One rule's explanation."""
    table = _table("", "")
    links = [f"CWE-{told['cwe']}", *([f"CAPEC-{told['capec']}"] if "capec" in told else []), *told["references"]]
    rows = {
        "Rule": f"{name}: {told['name']}",
        "Type": f"{told['type']} (confidence {told['confidence']})",
        "Detects": told["detects"],
        "Why it matters": told["matters"],
        "Examples": "\n".join(map(_shown, told["attacks"])),
        "Lets pass": "\n".join(map(_shown, told["look_alikes"])),
        "Limits": told["limits"],
        "References": "\n".join(links),
    }
    for title, text in rows.items():
        if text:
            table.add_row(Text(title, "bold"), Text(text))
    _console().print(table)


def show(rates: Rates, verbose: bool) -> None:
    """The rates of trials, and with `verbose` what was wrong."""
    console = _console()
    console.print(_rates_table("Class", rates.by_class, rates.total))
    if rates.by_disguise:
        console.print()
        console.print(_rates_table("Disguise", rates.by_disguise, None))
    for result in rates.wrong if verbose else ():
        console.print(Text(_sentence(result)))
    if rates.wrong and not verbose:
        console.print(f"\n{len(rates.wrong)} wrong; --verbose lists them", style="yellow")


def _rates_table(title: str, rates: dict[str, Rate], total: Rate | None) -> Table:
    table = _table(title, "Attacks", "Found", "", "Ordinary", "Flagged", "")
    rows = [*sorted(rates.items()), *([("all", total)] if total is not None else [])]
    for name, rate in rows:
        cells = (rate.attacks, rate.found, _percent(rate.detection), rate.ordinary, rate.alarms)
        table.add_row(name, *map(str, cells), _percent(rate.false_alarms))
    return table


def _percent(share: float | None) -> str:
    return "" if share is None else f"{share * 100:.2f} %"


def _sentence(result: Result) -> str:
    attempt = result.attempt
    how = f"{attempt.place}, {attempt.disguise}" if attempt.disguise else attempt.place
    if not attempt.case.is_attack:
        return f"flagged by {', '.join(result.rules)} ({how}): {_shown(attempt.case.content)}"
    by = f" by {attempt.case.rule}" if attempt.case.rule else ""
    others = f", but by {', '.join(result.rules)}" if result.rules else ""
    return f"missed{by}{others}: {attempt.case.kind} ({how}): {_shown(attempt.case.content)}"


def _shown(content: Any) -> str:
    text = content if isinstance(content, str) else json.dumps(content, ensure_ascii=False)
    visible = "".join(letter if letter.isprintable() else repr(letter)[1:-1] for letter in text)
    return visible if len(visible) <= _LONGEST else visible[:_LONGEST] + "..."


def document(rates: Rates) -> dict[str, Any]:
    """What `--json` prints."""
    return {
        "total": _rate(rates.total),
        "classes": {name: _rate(rate) for name, rate in sorted(rates.by_class.items())},
        "disguises": {name: _rate(rate) for name, rate in sorted(rates.by_disguise.items())},
        "wrong": [_wrong(result) for result in rates.wrong],
    }


def _rate(rate: Rate) -> dict[str, Any]:
    return {
        "attacks": rate.attacks,
        "found": rate.found,
        "detection": rate.detection,
        "ordinary": rate.ordinary,
        "flagged": rate.alarms,
        "false_alarms": rate.false_alarms,
    }


def _wrong(result: Result) -> dict[str, Any]:
    attempt = result.attempt
    return {
        "class": attempt.case.kind,
        "attack": attempt.case.is_attack,
        "place": attempt.place,
        "disguise": attempt.disguise,
        "expected": attempt.case.rule,
        "rules": result.rules,
        "content": attempt.case.content,
    }
