"""What the variables of other products mean for an option, where it is not simply the same value."""

from __future__ import annotations

from vedette.settings.forms import percent_decoded, split_tags
from vedette.settings.kinds import parse_boolean, split_words
from vedette.settings.option import Alias

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

_RESERVED = ("service.name", "service.version", "deployment.environment", "deployment.environment.name")


def tag(variable: str, key: str) -> Alias:
    """The value of one key within a list of tags."""
    return Alias(variable, lambda text, _environ: split_tags(text).get(key) or None)


def resource_attribute(*keys: str) -> Alias:
    """The value of one attribute of OTEL_RESOURCE_ATTRIBUTES, by the first of its names that is there."""

    def read(text: str, _environ: Mapping[str, str]) -> object:
        attributes = _resource_attributes(text)
        return next((attributes[key] for key in keys if attributes.get(key)), None)

    return Alias("OTEL_RESOURCE_ATTRIBUTES", read)


def _resource_attributes(text: str) -> dict[str, str]:
    pairs = (entry.partition("=") for entry in split_words(text))
    return {key.strip(): percent_decoded(value.strip()) for key, equals, value in pairs if equals and key.strip()}


def _other_attributes(text: str, _environ: Mapping[str, str]) -> object:
    attributes = _resource_attributes(text)
    return {key: value for key, value in attributes.items() if key not in _RESERVED} or None


def negated(variable: str) -> Alias:
    """A switch that says the opposite."""
    return Alias(variable, lambda text, _environ: not parse_boolean(text))


def switch(variable: str, on: object, off: object) -> Alias:
    """A switch for an option that has more than two positions."""
    return Alias(variable, lambda text, _environ: on if parse_boolean(text) else off)


def when(variable: str, **meanings: object) -> Alias:
    """A variable that decides the option by some of its values only."""
    return Alias(variable, lambda text, _environ: meanings.get(text.strip().lower()))


def milliseconds(variable: str) -> Alias:
    """A duration in milliseconds, for an option in seconds."""

    def read(text: str, _environ: Mapping[str, str]) -> object:
        try:
            return float(text) / 1000.0
        except ValueError:
            raise ValueError("expected a number of milliseconds") from None

    return Alias(variable, read)


def _sampler_rate(text: str, environ: Mapping[str, str]) -> object:
    sampler = text.strip().lower()
    if sampler.startswith("parentbased_"):
        sampler = sampler[len("parentbased_") :]
    if sampler == "traceidratio":
        return environ.get("OTEL_TRACES_SAMPLER_ARG") or 1.0
    try:
        return {"always_on": 1.0, "always_off": 0.0}[sampler]
    except KeyError:
        raise ValueError("expected always_on, always_off, traceidratio, or one of them after parentbased_") from None


def _exporters(text: str, _environ: Mapping[str, str]) -> object:
    # "none" is told by the option `enabled`, other exporters (console, zipkin) are not ours.
    return "otlp" if "otlp" in (word.lower() for word in split_words(text)) else None


def _file_content(path: str, _environ: Mapping[str, str]) -> object:
    try:
        with open(path, encoding="utf-8") as file:
            return file.read()
    except (OSError, UnicodeDecodeError) as error:
        raise ValueError(f"can't be read ({type(error).__name__})") from None


OTEL_TAGS = Alias("OTEL_RESOURCE_ATTRIBUTES", _other_attributes)
OTEL_SAMPLER = Alias("OTEL_TRACES_SAMPLER", _sampler_rate)
OTEL_EXPORTERS = Alias("OTEL_TRACES_EXPORTER", _exporters)
SPAN_RULES_FILE = Alias("DD_SPAN_SAMPLING_RULES_FILE", _file_content)
