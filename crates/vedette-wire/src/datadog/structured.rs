//! Links, events and structures of a span: as MessagePack where the format has a place for them, else as JSON text.

use serde_json::{json, Map};
use vedette_model::{keys, Array, Event, Extras, Key, Link, Span, Text, Value};

use super::tags::{truth_text, Sink};
use crate::findings;
use crate::msgpack::write;
use crate::value::to_json;

/// Says in a link's `flags` that they are known at all.
pub(super) const FLAGS_KNOWN: u64 = 1 << 31;

/// Writes the field `span_links`.
pub(super) fn write_links(out: &mut Vec<u8>, links: &[Link]) {
    write::text(out, "span_links");
    write::list(out, links.len());
    links.iter().for_each(|link| write_link(out, link));
}

fn write_link(out: &mut Vec<u8>, link: &Link) {
    let optional =
        [!link.attributes.is_empty(), !link.tracestate.is_empty(), link.flags.is_some()].map(usize::from);
    write::map(out, 3 + optional.iter().sum::<usize>());
    let ids = [
        ("trace_id", link.trace_id as u64),
        ("trace_id_high", (link.trace_id >> 64) as u64),
        ("span_id", link.span_id),
    ];
    for (name, id) in ids {
        write::text(out, name);
        write::unsigned(out, id);
    }
    if !link.attributes.is_empty() {
        write::text(out, "attributes");
        let flat = flat(&link.attributes);
        write::map(out, flat.len());
        flat.iter().flat_map(|(name, value)| [name, value]).for_each(|text| write::text(out, text));
    }
    if !link.tracestate.is_empty() {
        write::text(out, "tracestate");
        write::text(out, &link.tracestate);
    }
    if let Some(flags) = link.flags {
        write::text(out, "flags");
        write::unsigned(out, u64::from(flags) | FLAGS_KNOWN);
    }
}

/// Attributes of a link as texts only, arrays as one text per item.
fn flat(attributes: &[(Key, Value)]) -> Vec<(String, String)> {
    attributes.iter().flat_map(|(key, value)| flat_value(key.name(), value)).collect()
}

fn flat_value(name: &str, value: &Value) -> Vec<(String, String)> {
    let one = |text: String| vec![(name.to_owned(), text)];
    match value {
        Value::Str(text) => one(text.to_string()),
        Value::Bool(truth) => one(truth_text(*truth).to_owned()),
        Value::Int(number) => one(number.to_string()),
        Value::Double(number) => one(number.to_string()),
        Value::Array(array) => item_texts(array)
            .into_iter()
            .enumerate()
            .map(|(at, text)| (format!("{name}.{at}"), text))
            .collect(),
    }
}

fn item_texts(array: &Array) -> Vec<String> {
    match array {
        Array::Str(items) => items.iter().map(|item| item.to_string()).collect(),
        Array::Bool(items) => items.iter().map(|item| truth_text(*item).to_owned()).collect(),
        Array::Int(items) => items.iter().map(i64::to_string).collect(),
        Array::Double(items) => items.iter().map(f64::to_string).collect(),
    }
}

/// Events that this dialect tells as such: findings are in a structure already.
fn events(extras: &Extras) -> Vec<&Event> {
    let structured = extras.structures.iter().any(|(name, _)| name == findings::STRUCTURE);
    extras.events.iter().filter(|event| !structured || event.name != findings::EVENT).collect()
}

/// Writes the field `span_events`, if there is something to write; returns how many fields that were.
pub(super) fn write_events(out: &mut Vec<u8>, extras: &Extras) -> u32 {
    let events = events(extras);
    if events.is_empty() {
        return 0;
    }
    write::text(out, "span_events");
    write::list(out, events.len());
    events.into_iter().for_each(|event| write_event(out, event));
    1
}

fn write_event(out: &mut Vec<u8>, event: &Event) {
    write::map(out, 3);
    write::text(out, "name");
    write::text(out, &event.name);
    write::text(out, "time_unix_nano");
    write::unsigned(out, event.time);
    write::text(out, "attributes");
    write::map(out, event.attributes.len());
    for (key, value) in &event.attributes {
        write::text(out, key.name());
        write_typed(out, value);
    }
}

/// An event's attribute says its type: 0 text, 1 truth value, 2 whole number, 3 double, 4 list.
fn write_typed(out: &mut Vec<u8>, value: &Value) {
    write::map(out, 2);
    write::text(out, "type");
    match value {
        Value::Str(text) => typed_text(out, text),
        Value::Bool(truth) => typed_truth(out, *truth),
        Value::Int(number) => typed_whole(out, *number),
        Value::Double(number) => typed_double(out, *number),
        Value::Array(array) => typed_array(out, array),
    }
}

fn typed_text(out: &mut Vec<u8>, text: &Text) {
    write::unsigned(out, 0);
    write::text(out, "string_value");
    write::text(out, text);
}

fn typed_truth(out: &mut Vec<u8>, truth: bool) {
    write::unsigned(out, 1);
    write::text(out, "bool_value");
    write::truth(out, truth);
}

fn typed_whole(out: &mut Vec<u8>, number: i64) {
    write::unsigned(out, 2);
    write::text(out, "int_value");
    write::signed(out, number);
}

fn typed_double(out: &mut Vec<u8>, number: f64) {
    write::unsigned(out, 3);
    write::text(out, "double_value");
    write::double(out, number);
}

fn typed_array(out: &mut Vec<u8>, array: &Array) {
    write::unsigned(out, 4);
    write::text(out, "array_value");
    write::map(out, 1);
    write::text(out, "values");
    match array {
        Array::Str(items) => typed_items(out, items, typed_text),
        Array::Bool(items) => typed_items(out, items, |out, item| typed_truth(out, *item)),
        Array::Int(items) => typed_items(out, items, |out, item| typed_whole(out, *item)),
        Array::Double(items) => typed_items(out, items, |out, item| typed_double(out, *item)),
    }
}

fn typed_items<T>(out: &mut Vec<u8>, items: &[T], item: impl Fn(&mut Vec<u8>, &T)) {
    write::list(out, items.len());
    for value in items {
        write::map(out, 2);
        write::text(out, "type");
        item(out, value);
    }
}

/// Writes the field `meta_struct`.
pub(super) fn write_structures(out: &mut Vec<u8>, structures: &[(Text, Vec<u8>)]) {
    write::text(out, "meta_struct");
    write::map(out, structures.len());
    for (name, bytes) in structures {
        write::text(out, name);
        write::binary(out, bytes);
    }
}

/// Tells events as the text `events`, for Agents that do not take them otherwise.
pub(super) fn tell_events(span: &Span, sink: &mut impl Sink) {
    let Some(extras) = &span.extras else { return };
    let events: Vec<_> = events(extras).into_iter().map(event_json).collect();
    if !events.is_empty() {
        sink.text("events", &serde_json::Value::Array(events).to_string());
    }
}

/// Tells findings as the text `_dd.appsec.json`, for Agents that do not take structures.
pub(super) fn tell_findings(span: &Span, sink: &mut impl Sink) {
    if let Some(text) = span.extras.as_ref().and_then(|extras| findings::text(extras)) {
        sink.text(keys::APPSEC_JSON.name(), &text);
    }
}

fn event_json(event: &Event) -> serde_json::Value {
    let mut json = json!({"name": event.name.as_str(), "time_unix_nano": event.time});
    if !event.attributes.is_empty() {
        let pairs = event.attributes.iter().map(|(key, value)| (key.name().to_owned(), to_json(value)));
        json["attributes"] = serde_json::Value::Object(pairs.collect());
    }
    json
}

/// Tells links as the text `_dd.span_links`, for formats without a field for them.
pub(super) fn tell_links(span: &Span, sink: &mut impl Sink) {
    let Some(extras) = span.extras.as_ref().filter(|extras| !extras.links.is_empty()) else { return };
    let links: Vec<_> = extras.links.iter().map(link_json).collect();
    sink.text("_dd.span_links", &serde_json::Value::Array(links).to_string());
}

fn link_json(link: &Link) -> serde_json::Value {
    let mut json = json!({
        "trace_id": format!("{:032x}", link.trace_id),
        "span_id": format!("{:016x}", link.span_id),
    });
    if !link.attributes.is_empty() {
        let pairs: Map<_, _> =
            flat(&link.attributes).into_iter().map(|(name, text)| (name, text.into())).collect();
        json["attributes"] = pairs.into();
    }
    if !link.tracestate.is_empty() {
        json["tracestate"] = link.tracestate.as_str().into();
    }
    if let Some(flags) = link.flags {
        json["flags"] = flags.into();
    }
    json
}
