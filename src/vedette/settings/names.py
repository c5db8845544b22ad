"""Finds variables that nobody reads, and what was probably meant by them."""

from __future__ import annotations

from vedette.settings.collect import INDEX
from vedette.settings.foreign import WITHOUT_EFFECT
from vedette.settings.forms import integration_key
from vedette.settings.options import OPTIONS
from vedette.settings.origin import Problem

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

# Read by vedette, but not as an option's value.
_ALSO_READ = ("OTEL_TRACES_SAMPLER_ARG", "VEDETTE_LAUNCHED")


def check(
    problems: list[Problem], variables: Mapping[str, str], integrations: Mapping[str, Collection[str]] | None
) -> None:
    """Adds a problem for each variable that looks meant for vedette and has no effect."""
    known = {*INDEX, *_ALSO_READ, *_integration_variables(integrations or {})}
    for name in variables:
        if name not in known and not (integrations is None and _could_be_an_integrations(name)):
            problem = _problem(name, known)
            if problem is not None:
                problems.append(problem)
    _suggest_options(problems)


def _integration_variables(integrations: Mapping[str, Collection[str]]) -> Iterable[str]:
    for name, own in integrations.items():
        key = integration_key(name).upper()
        yield from (f"VEDETTE_{key}_ENABLED", f"VEDETTE_{key}_SERVICE", f"DD_TRACE_{key}_ENABLED", f"DD_{key}_SERVICE")
        yield from own


def _could_be_an_integrations(name: str) -> bool:
    return name.startswith(("VEDETTE_", "DD_TRACE_")) and name.endswith(("_ENABLED", "_SERVICE"))


def _problem(name: str, known: Collection[str]) -> Problem | None:
    if name in WITHOUT_EFFECT:
        return Problem("unsupported", name, "an option of Datadog's tracer that has no effect here")
    if name.startswith(("VEDETTE_", "DD_TRACE_")):
        return Problem("unknown", name, "no such option", _closest(name, known))
    # The other DD_ and OTEL_ names belong to many products: only an evident slip of the keyboard is worth a word.
    slip = next((candidate for candidate in known if one_edit_apart(name, candidate)), None)
    return Problem("unknown", name, "no such option", slip) if slip else None


def _closest(name: str, known: Collection[str]) -> str | None:
    from difflib import get_close_matches  # slow to import, needed only where there is something to suggest

    family = [each for each in known if each.partition("_")[0] == name.partition("_")[0]]
    return next(iter(get_close_matches(name, family, 1, 0.75)), None)


def _suggest_options(problems: list[Problem]) -> None:
    """Completes the problems about keys of code and files, which carry the bare key as their suggestion so far."""
    for problem in problems:
        if problem.kind == "unknown" and problem.suggestion and problem.key.endswith(problem.suggestion):
            problem.suggestion = _closest(problem.suggestion.replace("-", "_").lower(), OPTIONS)


def one_edit_apart(left: str, right: str) -> bool:
    """Whether one letter was added, left out, replaced, or swapped with its neighbour."""
    if left == right or abs(len(left) - len(right)) > 1:
        return False
    start = 0
    while start < min(len(left), len(right)) and left[start] == right[start]:
        start += 1
    left, right = left[start:], right[start:]
    swapped = left[:2] == right[1::-1] and len(right) > 1 and left[2:] == right[2:]
    return swapped or left[1:] == right[1:] or left[1:] == right or left == right[1:]
