"""Findings as they were recorded, whoever recorded them, in one form.

Read are spans as the embedded agent's API gives them, and OTLP as JSON lines, traces or logs (an OpenTelemetry
Collector's file exporter writes them). What can't be understood is left out and counted.
"""

from __future__ import annotations

import json
import urllib.parse
import urllib.request
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

EVENT = "security.finding"
_PAGE = 200
_SECONDS = 30


@dataclass(frozen=True)
class Frame:
    """One line of the application's stack."""

    file: str
    line: int
    function: str


@dataclass(frozen=True)
class Found:
    """One finding. Texts that are not known are empty; `time` is in nanoseconds since the epoch."""

    rule: str
    name: str
    type: str = ""
    category: str = ""
    cwe: str = ""
    explanation: str = ""
    address: str = ""
    path: str = ""
    value: str = ""
    matched: tuple[str, ...] = ()
    sink: str = ""
    sink_value: str = ""
    blocked: bool = False
    frames: tuple[Frame, ...] = ()
    """Innermost first."""
    time: int = 0
    trace: str = ""
    service: str = ""
    request: dict[str, str] = field(default_factory=dict)
    """`method`, `target` and `route` of the request."""


@dataclass
class Reading:
    """Findings that were read, and how many lines could not be."""

    found: list[Found] = field(default_factory=list)
    skipped: int = 0


def of_agent(url: str, search: str, most: int) -> Reading:
    """The findings of the newest traces with an attack that an agent has, at most `most` traces of them.

    Raises OSError if no agent answers there.
    """
    reading, before, seen = Reading(), None, 0
    while seen < most:
        query: dict[str, Any] = {"q": f"attack {search}".strip(), "limit": min(_PAGE, most - seen)}
        if before is not None:
            query["before"] = before
        page = _get(url, f"/api/traces?{urllib.parse.urlencode(query)}")
        for trace in page["traces"]:
            whole = _get(url, f"/api/trace/{trace['trace_id']}")
            for span in whole["spans"]:
                reading.found += _of_span(span, whole["trace_id"])
        seen += len(page["traces"])
        before = page.get("before")
        if not page["traces"] or before is None:
            break
    return reading


def _get(url: str, path: str) -> Any:
    with urllib.request.urlopen(url.rstrip("/") + path, timeout=_SECONDS) as answer:
        return json.load(answer)


def of_lines(lines: Iterable[str]) -> Reading:
    """The findings in JSON lines: spans as the agent's API gives them (alone or as a trace), OTLP traces, OTLP logs."""
    reading = Reading()
    for line in lines:
        if not line.strip():
            continue
        try:
            reading.found += list(_of_document(json.loads(line)))
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
            reading.skipped += 1
    return reading


def _of_document(document: dict[str, Any]) -> Iterator[Found]:
    if "resourceLogs" in document:
        yield from _of_logs(document)
    elif "resourceSpans" in document:
        yield from _of_traces(document)
    elif "spans" in document:
        for span in document["spans"]:
            yield from _of_span(span, str(document.get("trace_id", "")))
    elif "attributes" in document:
        yield from _of_span(document, str(document.get("trace_id", "")))
    else:
        raise ValueError("neither a span nor OTLP")


def _of_span(span: dict[str, Any], trace: str) -> Iterator[Found]:
    """Of a span as the agent has it: triggers say more than events, so events are read only where there are none."""
    attributes, structures = span.get("attributes") or {}, span.get("structures") or {}
    source = structures.get("appsec", attributes.get("_dd.appsec.json"))
    told = json.loads(source) if isinstance(source, str) else source
    known = {"trace": trace, "service": str(span.get("service", "")), "request": _request(attributes)}
    start = int(span.get("start", 0))
    triggers = told.get("triggers") if isinstance(told, dict) else None
    if triggers:
        stacks = _stacks(structures.get("_dd.stack"))
        for trigger in triggers:
            yield _of_trigger(trigger, stacks, {**known, "time": start})
        return
    for event in span.get("events") or ():
        if event.get("name") == EVENT:
            yield _of_event(event.get("attributes") or {}, {**known, "time": int(event.get("time_unix_nano", start))})


def _request(attributes: dict[str, Any]) -> dict[str, str]:
    names = {"method": "http.request.method", "target": "url.full", "route": "http.route"}
    found = {part: str(attributes[name]) for part, name in names.items() if attributes.get(name)}
    if "target" not in found and attributes.get("url.path"):
        found["target"] = str(attributes["url.path"])
    return found


def _stacks(structure: Any) -> dict[str, tuple[Frame, ...]]:
    exploits = (structure or {}).get("exploit") or ()
    return {str(stack.get("id")): tuple(map(_frame, stack.get("frames") or ())) for stack in exploits}


def _frame(frame: dict[str, Any]) -> Frame:
    return Frame(str(frame.get("file", "")), int(frame.get("line") or 0), str(frame.get("function", "")))


def _of_trigger(trigger: dict[str, Any], stacks: dict[str, tuple[Frame, ...]], known: dict[str, Any]) -> Found:
    rule, tags = trigger["rule"], trigger["rule"].get("tags") or {}
    parameter = ((trigger.get("rule_matches") or [{}])[0].get("parameters") or [{}])[0]
    given, sink = parameter.get("params", parameter), parameter.get("resource") or {}
    frames = stacks.get(str(trigger.get("stack_id")), ())
    if not frames and trigger.get("location"):
        frames = (_frame(trigger["location"]),)
    return Found(
        rule=str(rule["id"]),
        name=str(rule.get("name") or rule["id"]),
        type=str(tags.get("type", "")),
        category=str(tags.get("category", "")),
        cwe=str(tags.get("cwe", "")),
        explanation=str(tags.get("explanation", "")),
        address=str(given.get("address", "")),
        path=".".join(map(str, given.get("key_path") or ())),
        value=str(given.get("value", "")),
        matched=tuple(map(str, parameter.get("highlight") or ())),
        sink=str(sink.get("address", "")),
        sink_value=str(sink.get("value", "")),
        blocked=bool(trigger.get("blocked")),
        frames=frames,
        **known,
    )


def _of_event(said: dict[str, Any], known: dict[str, Any]) -> Found:
    def text(name: str) -> str:
        return str(said.get(name) or "")

    place = Frame(text("code.file.path"), int(said.get("code.line.number") or 0), text("code.function.name"))
    rule = text("security.rule.id")
    if not rule:
        raise ValueError("a finding without a rule")
    return Found(
        rule=rule,
        name=text("security.rule.name") or rule,
        type=text("security.type"),
        category=text("security.category"),
        cwe=text("security.rule.cwe"),
        address=text("security.input.address"),
        path=text("security.input.path"),
        value=text("security.input.value"),
        matched=tuple(map(str, said.get("security.input.matched") or ())),
        sink=text("security.sink.address"),
        sink_value=text("security.sink.value"),
        blocked=said.get("security.blocked") is True,
        frames=_traced(text("code.stacktrace")) or ((place,) if place.file else ()),
        **known,
    )


def _traced(text: str) -> tuple[Frame, ...]:
    """The frames of a stack as Python writes it, innermost first."""
    frames = []
    for line in text.splitlines():
        file, _, rest = line.strip().removeprefix('File "').partition('", line ') if 'File "' in line else ("", "", "")
        number, _, function = rest.partition(", in ")
        if file and number.isdigit():
            frames.append(Frame(file, int(number), function))
    return tuple(frames[::-1])


def _of_traces(document: dict[str, Any]) -> Iterator[Found]:
    for resource in document["resourceSpans"]:
        service = str(_plain(resource.get("resource", {}).get("attributes")).get("service.name", ""))
        for scope in resource.get("scopeSpans", ()):
            for span in scope.get("spans", ()):
                events = [
                    {**event, "attributes": _plain(event.get("attributes")), "time_unix_nano": event["timeUnixNano"]}
                    for event in span.get("events", ())
                ]
                known = {"attributes": _plain(span.get("attributes")), "events": events, "service": service}
                yield from _of_span(known, str(span.get("traceId", "")))


def _of_logs(document: dict[str, Any]) -> Iterator[Found]:
    for resource in document["resourceLogs"]:
        service = str(_plain(resource.get("resource", {}).get("attributes")).get("service.name", ""))
        for scope in resource.get("scopeLogs", ()):
            for record in scope.get("logRecords", ()):
                said = _plain(record.get("attributes"))
                if record.get("eventName") == EVENT or "security.rule.id" in said:
                    trace, time = str(record.get("traceId", "")), int(record.get("timeUnixNano", 0))
                    yield _of_event(said, {"trace": trace, "service": service, "time": time})


def _plain(attributes: list[dict[str, Any]] | None) -> dict[str, Any]:
    """OTLP's list of keys and values as a dictionary."""
    return {each["key"]: _value(each.get("value") or {}) for each in attributes or ()}


def _value(value: dict[str, Any]) -> Any:
    for kind, content in value.items():
        if kind == "arrayValue":
            return [_value(each) for each in content.get("values", ())]
        return int(content) if kind == "intValue" else content
    return None
