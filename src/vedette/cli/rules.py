"""List, explain, check and test the rules of protection.

`vedette rules test` tries rules on attacks and ordinary requests, and prints what was found and what was flagged
wrongly; `docs/rules.md` tells the format of case files.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from vedette.cli._rules_check import checked
from vedette.cli._rules_report import document, show, show_rule, show_rules
from vedette.protection.rule_file import DEFAULT_RULES
from vedette.protection.trials import cases as case_files
from vedette.protection.trials.rates import Rates
from vedette.protection.trials.trial import attempts, run

_PATH = click.Path(exists=True, path_type=Path)
_RULES_HELP = "A rule file in place of the default rules (`default`); several are read as one."


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def command() -> None:
    """List, explain, check and test the rules of protection."""


@command.command("list")
@click.argument("files", nargs=-1, type=_PATH)
@click.option("--json", "as_json", is_flag=True, help="JSON instead of a table.")
def list_rules(files: tuple[Path, ...], as_json: bool) -> None:
    """List the rules of FILES, or the default ones."""
    rules = [rule for path in files or (Path(DEFAULT_RULES),) for rule in _rules_of(path)]
    if as_json:
        click.echo(json.dumps(rules, indent=2))
    else:
        show_rules(rules)


def _rules_of(path: Path) -> list[dict[str, Any]]:
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
        rules = [*document.get("rules", []), *document.get("custom_rules", [])]
    except (ValueError, AttributeError) as error:
        raise click.ClickException(f"{path} is no rule file: {error}") from None
    return [_listed(rule) for rule in rules if isinstance(rule, dict)]


def _listed(rule: dict[str, Any]) -> dict[str, Any]:
    tags = rule.get("tags") or {}
    said = {key: tags.get(key, "") for key in ("type", "category", "cwe", "confidence")}
    return {"id": rule.get("id", ""), "name": rule.get("name", ""), **said, "on_match": rule.get("on_match", [])}


@command.command()
@click.argument("rule_id", metavar="ID")
@click.option("--json", "as_json", is_flag=True, help="JSON instead of text.")
def explain(rule_id: str, as_json: bool) -> None:
    """Say what the default rule ID detects, why it matters, and what it does not see."""
    told = case_files.explanations()
    if rule_id not in told:
        from difflib import get_close_matches  # only for a wrong id

        near = get_close_matches(rule_id, told, 1, 0.4)
        hint = f" (did you mean {near[0]}?)" if near else ""
        raise click.ClickException(f"there is no default rule {rule_id}{hint}; `vedette rules list` lists them")
    if as_json:
        click.echo(json.dumps({"id": rule_id, **told[rule_id]}, indent=2))
    else:
        show_rule(rule_id, told[rule_id])


@command.command()
@click.argument("files", nargs=-1, required=True, type=_PATH)
@click.option("--json", "as_json", is_flag=True, help="JSON instead of lines.")
def check(files: tuple[Path, ...], as_json: bool) -> None:
    """Check rule FILES: a line for each broken rule, with its place. Exit code 1 if there is one."""
    problems = [problem for path in files for problem in checked(path)]
    if as_json:
        click.echo(json.dumps([problem._asdict() for problem in problems], indent=2))
    else:
        for problem in problems:
            click.echo(f"{problem.file}:{problem.line}: {problem.rule + ': ' if problem.rule else ''}{problem.message}")
        click.echo(f"{len(problems)} problems" if problems else "no problems")
    raise SystemExit(1 if problems else 0)


@command.command()
@click.argument("files", nargs=-1, type=_PATH)
@click.option("--corpus", type=_PATH, multiple=True, help="A folder of case files, read with its folders.")
@click.option("--rules", "rule_files", multiple=True, metavar="FILE", help=_RULES_HELP)
@click.option("--disguised", is_flag=True, help="Attacks also in disguises: encoded, padded, in other letters.")
@click.option("--verbose", "-v", is_flag=True, help="Each missed attack and each false alarm.")
@click.option("--json", "as_json", is_flag=True, help="JSON instead of a table.")
@click.option("--at-least", default=100.0, metavar="PERCENT", help="Attacks that have to be found (default 100).")
@click.option("--at-most", default=0.0, metavar="PERCENT", help="Ordinary requests that may be flagged (default 0).")
def test(
    files: tuple[Path, ...],
    corpus: tuple[Path, ...],
    rule_files: tuple[str, ...],
    disguised: bool,
    verbose: bool,
    as_json: bool,
    at_least: float,
    at_most: float,
) -> None:
    """Try rules on the cases in FILES, or on the examples of the default rules.

    Prints the share of attacks found and of ordinary requests flagged, by class. Exit code 1 if fewer attacks are
    found, or more ordinary requests flagged, than --at-least and --at-most allow.
    """
    rules = _loaded(rule_files)
    tried = _cases([*files, *corpus])
    own = not files and not corpus
    rates = Rates(run(rules, (each for case in tried for each in attempts(case, disguised, everywhere=not own))))
    if as_json:
        click.echo(json.dumps(document(rates), indent=2))
    else:
        show(rates, verbose)
    found, flagged = rates.total.detection, rates.total.false_alarms
    good = (found is None or found * 100 >= at_least) and (flagged is None or flagged * 100 <= at_most)
    raise SystemExit(0 if good else 1)


def _cases(paths: list[Path]) -> list[case_files.Case]:
    try:
        return [case for path in paths for case in case_files.read(path)] if paths else case_files.examples()
    except (case_files.BadCases, OSError) as error:
        raise click.ClickException(str(error)) from None


def _loaded(files: tuple[str, ...]) -> Any:
    from vedette._native import Rules  # `vedette rules explain` does without

    paths = [DEFAULT_RULES if name == "default" else name for name in files or ("default",)]
    try:
        rules = Rules(*(Path(path).read_bytes() for path in paths))
    except (OSError, ValueError) as error:
        raise click.ClickException(f"the rules can't be used: {error}") from None
    for name, reason in rules.failures:
        click.echo(f"rule {name} is skipped: {reason}", err=True)
    return rules
