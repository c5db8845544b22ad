//! What a span says in Datadog's words: texts (`meta`) and numbers (`metrics`), whatever the version of the format.

use std::fmt::Write;

use vedette_model::{keys, Array, Chunk, Key, Kind, Process, Span, Value};

use crate::entry::service_of;
use crate::names::{self, Form};
use crate::packed;

/// Takes the tags of one span.
pub(super) trait Sink {
    /// A text, for `meta`.
    fn text(&mut self, name: &str, value: &str);
    /// A number, for `metrics`.
    fn number(&mut self, name: &str, value: f64);
}

/// Process tags with their keys, looked up once per payload.
pub(super) struct ProcessTags<'a>(Vec<(Option<Key>, &'a str, &'a str)>);

impl<'a> ProcessTags<'a> {
    pub fn new(process: &'a Process) -> Self {
        ProcessTags(process.tags.iter().map(|(name, value)| (Key::new(name), &**name, &**value)).collect())
    }
}

/// Where a span stands in its chunk.
#[derive(Clone, Copy)]
pub(super) struct Place<'a> {
    pub chunk: &'a Chunk,
    pub process: &'a Process,
    pub first: bool,
    pub entry: bool,
}

/// Tells `sink` everything but links, events and structures.
pub(super) fn tell(span: &Span, place: Place, tags: &ProcessTags, sink: &mut impl Sink) {
    if place.first {
        tell_chunk(place, sink);
    }
    if place.first && place.chunk.has_root {
        tell_process(place.process, sink);
    }
    if place.entry {
        sink.number("_dd.top_level", 1.0);
        if place.process.standalone {
            sink.number("_dd.apm.enabled", 0.0);
        }
    }
    if !place.chunk.origin.is_empty() {
        sink.text("_dd.origin", &place.chunk.origin);
    } else if span.get(keys::APPSEC_EVENT).is_some() {
        sink.text("_dd.origin", "appsec"); // of no other origin, an attack is its own
    }
    tell_identity(span, place.process, sink);
    for (key, name, value) in &tags.0 {
        if key.is_none_or(|key| span.get(key).is_none()) {
            sink.text(name, value);
        }
    }
    tell_failure(span, sink);
    for (key, value) in &span.attributes {
        tell_attribute(span, *key, value, sink);
    }
}

/// What every chunk says once: the sampling decision and the propagation tags.
fn tell_chunk(place: Place, sink: &mut impl Sink) {
    let Place { chunk, process, .. } = place;
    let decision = &chunk.decision;
    sink.number("_sampling_priority_v1", f64::from(decision.priority));
    let told = |name: &str| chunk.tags.iter().any(|(tag, _)| tag == name);
    let high = (chunk.trace_id >> 64) as u64;
    if high != 0 {
        sink.text("_dd.p.tid", &format!("{high:016x}"));
    }
    // A decision made here (by a user, by protection) stands above what came with the request.
    if let Some(mechanism) = decision.mechanism {
        sink.text("_dd.p.dm", &format!("-{}", mechanism as u8));
    }
    if let (Some(rate), false) = (decision.rule_rate.or(decision.agent_rate), told("_dd.p.ksr")) {
        sink.text("_dd.p.ksr", &rate_text(rate));
    }
    let rates = [
        ("_dd.rule_psr", decision.rule_rate),
        ("_dd.agent_psr", decision.agent_rate),
        ("_dd.limit_psr", decision.limit_rate),
    ];
    rates
        .iter()
        .filter_map(|(name, rate)| Some((name, (*rate)?)))
        .for_each(|(name, rate)| sink.number(name, rate));
    let own = |name: &str| match name {
        "_dd.p.tid" => high != 0,
        "_dd.p.dm" => decision.mechanism.is_some(),
        _ => false,
    };
    chunk.tags.iter().filter(|(name, _)| !own(name)).for_each(|(name, value)| sink.text(name, value));
    process.chunk_tags.iter().for_each(|(name, value)| sink.text(name, value));
}

/// What the local root says of its process.
fn tell_process(process: &Process, sink: &mut impl Sink) {
    sink.number("process_id", f64::from(process.pid));
    let texts = [
        ("runtime-id", &process.runtime_id),
        ("language", &process.language),
        ("_dd.hostname", &process.hostname),
    ];
    texts.iter().filter(|(_, text)| !text.is_empty()).for_each(|(name, text)| sink.text(name, text));
}

fn tell_identity(span: &Span, process: &Process, sink: &mut impl Sink) {
    if !process.env.is_empty() && span.get(keys::ENV).is_none() {
        sink.text("env", &process.env);
    }
    if service_of(span, process) != process.service {
        if span.get(keys::BASE_SERVICE).is_none() && !process.service.is_empty() {
            sink.text("_dd.base_service", &process.service);
        }
    } else if !process.version.is_empty() && span.get(keys::VERSION).is_none() {
        sink.text("version", &process.version);
    }
    if span.kind != Kind::Unspecified {
        sink.text("span.kind", span.kind.name());
    }
}

fn tell_failure(span: &Span, sink: &mut impl Sink) {
    let Some(failure) = span.extras.as_ref().and_then(|extras| extras.failure.as_ref()) else { return };
    let texts =
        [("error.type", &failure.kind), ("error.message", &failure.message), ("error.stack", &failure.stack)];
    texts.iter().filter(|(_, text)| !text.is_empty()).for_each(|(name, text)| sink.text(name, text));
}

/// Whether the span says `key` in a field of its own, so that the attribute would be a second voice.
fn said_elsewhere(span: &Span, key: Key) -> bool {
    let failure = || span.extras.as_ref().and_then(|extras| extras.failure.as_ref());
    (key == keys::SPAN_KIND && span.kind != Kind::Unspecified)
        || (key == keys::ERROR_TYPE && failure().is_some_and(|failure| !failure.kind.is_empty()))
}

#[inline]
fn tell_attribute(span: &Span, key: Key, value: &Value, sink: &mut impl Sink) {
    match names::to_datadog(key, span.kind) {
        None if key.index().is_some() && said_elsewhere(span, key) => {}
        None => tell_value(key.name(), value, sink),
        Some(name) => {
            if name.both {
                tell_value(key.name(), value, sink);
            }
            match (name.form, value) {
                (Form::Text, Value::Int(number)) => {
                    sink.text(name.datadog, itoa::Buffer::new().format(*number));
                }
                (Form::Packed, Value::Str(text)) => sink.text(name.datadog, &packed::pack(text)),
                _ => tell_value(name.datadog, value, sink),
            }
        }
    }
}

fn tell_value(name: &str, value: &Value, sink: &mut impl Sink) {
    match value {
        Value::Str(text) => sink.text(name, text),
        Value::Bool(truth) => sink.text(name, truth_text(*truth)),
        Value::Int(number) => tell_whole(name, *number, sink),
        Value::Double(number) => tell_double(name, *number, sink),
        Value::Array(array) => tell_array(name, array, sink),
    }
}

/// `metrics` holds doubles: a whole number that one cannot hold exactly goes to `meta`.
fn tell_whole(name: &str, number: i64, sink: &mut impl Sink) {
    const EXACT: u64 = 1 << 53;
    if number.unsigned_abs() <= EXACT {
        sink.number(name, number as f64);
    } else {
        sink.text(name, itoa::Buffer::new().format(number));
    }
}

/// Consumers turn `metrics` into JSON, which has no NaN: those go to `meta`.
fn tell_double(name: &str, number: f64, sink: &mut impl Sink) {
    if number.is_finite() {
        sink.number(name, number);
    } else {
        sink.text(name, &number.to_string());
    }
}

/// Arrays become one tag per item, `name.0`, `name.1`...; an empty one an empty text.
fn tell_array(name: &str, array: &Array, sink: &mut impl Sink) {
    match array {
        Array::Str(items) => tell_items(name, items.iter(), sink, |name, item, sink| sink.text(name, item)),
        Array::Bool(items) => {
            tell_items(name, items.iter(), sink, |name, item, sink| sink.text(name, truth_text(*item)));
        }
        Array::Int(items) => {
            tell_items(name, items.iter(), sink, |name, item, sink| tell_whole(name, *item, sink))
        }
        Array::Double(items) => {
            tell_items(name, items.iter(), sink, |name, item, sink| tell_double(name, *item, sink));
        }
    }
}

fn tell_items<'a, T: 'a, S: Sink>(
    name: &str,
    items: impl ExactSizeIterator<Item = &'a T>,
    sink: &mut S,
    tell: impl Fn(&str, &T, &mut S),
) {
    if items.len() == 0 {
        sink.text(name, "");
    }
    let mut full = String::with_capacity(name.len() + 4);
    for (at, item) in items.enumerate() {
        full.clear();
        let _ = write!(full, "{name}.{at}");
        tell(&full, item, sink);
    }
}

/// `true` or `false`.
pub(super) fn truth_text(truth: bool) -> &'static str {
    if truth {
        "true"
    } else {
        "false"
    }
}

/// A rate as `_dd.p.ksr` wants it: at most six decimals, no trailing zeros.
pub fn rate_text(rate: f64) -> String {
    let text = format!("{rate:.6}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_have_no_trailing_zeros() {
        let rates = [(1.0, "1"), (0.5, "0.5"), (0.0, "0"), (0.123_456_789, "0.123457"), (0.000_000_1, "0")];
        for (rate, text) in rates {
            assert_eq!(rate_text(rate), text);
        }
    }
}
