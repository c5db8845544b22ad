"""Finds variables that nobody reads, and what was probably meant by them."""

from __future__ import annotations

from vedette.settings.collect import INDEX
from vedette.settings.foreign import WITHOUT_EFFECT
from vedette.settings.forms import integration_key
from vedette.settings.integration import ENABLED, SERVICE, variables_of
from vedette.settings.options import OPTIONS
from vedette.settings.origin import Problem

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from vedette.settings.collect import Collection as Found

# Read by vedette, but not as an option's value.
_ALSO_READ = ("OTEL_TRACES_SAMPLER_ARG", "VEDETTE_LAUNCHED")


def check(found: Found, variables: Mapping[str, str], integrations: Mapping[str, Collection[str]] | None) -> None:
    """Adds a problem for each variable that looks meant for vedette and has no effect."""
    problems = found.problems
    known = {*INDEX, *_ALSO_READ, *_integration_variables(integrations or {})}
    for name in variables:
        if name not in known and not (integrations is None and _could_be_an_integrations(name)):
            problem = _problem(name, known)
            if problem is not None:
                problems.append(problem)
    for problem in problems:
        if problem.kind == "unknown" and problem.key not in variables:  # a key of code or of a file
            problem.suggestion = suggestion(problem.key.rpartition(" ")[2], OPTIONS)
    if integrations is not None:
        problems.extend(_unknown_integrations(found, {integration_key(name) for name in integrations}))


def _unknown_integrations(found: Found, known: Collection[str]) -> Iterable[Problem]:
    for origin in found.origins.get("integrations", ()):
        named = origin.value if isinstance(origin.value, dict) else {}
        for name in named:
            if name not in known and name != "*":
                yield Problem("unknown", origin.key, f"no such integration: {name}", suggestion(name, known))


def _integration_variables(integrations: Mapping[str, Collection[str]]) -> Iterable[str]:
    for name, own in integrations.items():
        yield from (*variables_of(ENABLED, [name]), *variables_of(SERVICE, [name]), *own)


def _could_be_an_integrations(name: str) -> bool:
    return name.startswith(("VEDETTE_", "DD_TRACE_")) and name.endswith(("_ENABLED", "_SERVICE"))


def _problem(name: str, known: Collection[str]) -> Problem | None:
    if name in WITHOUT_EFFECT:
        return Problem("unsupported", name, "an option of Datadog's tracer that has no effect here")
    slip = _slip(name, known)
    if name.startswith(("VEDETTE_", "DD_TRACE_")):
        return Problem("unknown", name, "no such option", slip or _closest(name, known))
    # The other DD_ and OTEL_ names belong to many products: only an evident slip is worth a word.
    return Problem("unknown", name, "no such option", slip) if slip else None


def _slip(name: str, known: Collection[str]) -> str | None:
    """The name that differs by one letter, or by a `TRACE_` too much or too little."""
    family, _, rest = name.partition("_")
    moved = f"{family}_{rest[len('TRACE_') :]}" if rest.startswith("TRACE_") else f"{family}_TRACE_{rest}"
    return moved if moved in known else next((each for each in known if one_edit_apart(name, each)), None)


def _closest(name: str, known: Collection[str]) -> str | None:
    from difflib import get_close_matches  # slow to import, needed only where there is something to suggest

    family = [each for each in known if each.partition("_")[0] == name.partition("_")[0]]
    return next(iter(get_close_matches(name, family, 1, 0.75)), None)


def suggestion(key: str, known: Collection[str]) -> str | None:
    """The name that was probably meant."""
    from difflib import get_close_matches  # as above

    return next(iter(get_close_matches(key.replace("-", "_").lower(), known, 1, 0.7)), None)


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
