//! Links, events and structures as they arrive. What is malformed within them is left out; the span stays.

use serde_json::Value as Json;
use vedette_model::{Event, Key, Limits, Link, Span, Text, Value};

use super::structured::FLAGS_KNOWN;
use crate::bounds::{Budget, Error};
use crate::msgpack::{json, read::Reader};
use crate::overflow;
use crate::value::{from_json, list};

/// JSON values take up to so many times the bytes of their text.
const JSON_GROWTH: usize = 16;

/// Reads the field `span_links`.
pub(super) fn links(span: &mut Span, reader: &mut Reader, budget: &mut Budget) -> Result<(), Error> {
    each(reader, budget, |item| add_link(span, item))
}

/// Reads the field `span_events`.
pub(super) fn events(span: &mut Span, reader: &mut Reader, budget: &mut Budget) -> Result<(), Error> {
    each(reader, budget, |item| add_event(span, item, typed_value))
}

fn each(reader: &mut Reader, budget: &mut Budget, mut take: impl FnMut(&Json)) -> Result<(), Error> {
    for _ in 0..reader.list()? {
        let raw = reader.raw(budget.depth)?;
        budget.charge(128 + raw.len() * JSON_GROWTH)?;
        take(&json::value(raw, budget.depth)?);
    }
    Ok(())
}

/// Reads the field `meta_struct`.
pub(super) fn structures(span: &mut Span, reader: &mut Reader, budget: &mut Budget) -> Result<(), Error> {
    for _ in 0..reader.map()? {
        let name = reader.text()?;
        let bytes = match reader.token()? {
            crate::msgpack::read::Token::Bytes(bytes) | crate::msgpack::read::Token::Text(bytes) => bytes,
            _ => return Err(reader.expected("bytes of a structure")),
        };
        budget.charge(64 + bytes.len())?;
        span.extras().structures.push((Text::new(&name), bytes.to_vec()));
    }
    Ok(())
}

/// Reads links from the text `_dd.span_links`.
pub(super) fn links_from_json(span: &mut Span, text: &str, budget: &mut Budget) -> Result<(), Error> {
    each_json(text, budget, |item| add_link(span, item))
}

/// Reads events from the text `events`.
pub(super) fn events_from_json(span: &mut Span, text: &str, budget: &mut Budget) -> Result<(), Error> {
    each_json(text, budget, |item| add_event(span, item, from_json))
}

fn each_json(text: &str, budget: &mut Budget, take: impl FnMut(&Json)) -> Result<(), Error> {
    budget.charge(text.len() * JSON_GROWTH)?;
    if let Ok(Json::Array(items)) = serde_json::from_str(text) {
        items.iter().for_each(take);
    }
    Ok(())
}

fn add_link(span: &mut Span, item: &Json) {
    let (Some(trace_id), Some(span_id)) = (trace_id(item), id(&item["span_id"])) else { return };
    let links = &mut span.extras().links;
    if links.len() >= Limits::DEFAULT.links {
        return vedette_model::limits::count_cut();
    }
    let flags =
        item["flags"].as_u64().filter(|flags| item["trace_id"].is_string() || flags & FLAGS_KNOWN != 0);
    links.push(Link {
        trace_id,
        span_id,
        flags: flags.map(|flags| flags as u8),
        tracestate: Text::new(item["tracestate"].as_str().unwrap_or_default()),
        attributes: attributes(&item["attributes"], from_json),
    });
}

/// Both halves as numbers (v0.4), or all of it in hexadecimal (JSON).
fn trace_id(item: &Json) -> Option<u128> {
    match &item["trace_id"] {
        Json::String(text) => u128::from_str_radix(text, 16).ok(),
        low => {
            let high = id(&item["trace_id_high"]).unwrap_or(0);
            Some(u128::from(high) << 64 | u128::from(id(low)?))
        }
    }
}

fn id(json: &Json) -> Option<u64> {
    match json {
        Json::String(text) => u64::from_str_radix(text, 16).ok(),
        number => number.as_u64().or_else(|| number.as_i64().map(|signed| signed as u64)),
    }
}

fn add_event(span: &mut Span, item: &Json, value: impl Fn(&Json) -> Value) {
    let events = &mut span.extras().events;
    if events.len() >= Limits::DEFAULT.events {
        return vedette_model::limits::count_cut();
    }
    events.push(Event {
        time: id(&item["time_unix_nano"]).unwrap_or(0),
        name: Text::new(item["name"].as_str().unwrap_or_default()),
        attributes: attributes(&item["attributes"], value),
    });
}

fn attributes(json: &Json, value: impl Fn(&Json) -> Value) -> Vec<(Key, Value)> {
    let mut attributes = Vec::new();
    for (name, item) in json.as_object().into_iter().flatten() {
        overflow::set(&mut attributes, name, value(item), &Limits::DEFAULT);
    }
    attributes
}

/// The value beside a type number; what does not fit the scheme stays as it is.
fn typed_value(json: &Json) -> Value {
    match json["type"].as_u64() {
        Some(0) => from_json(&json["string_value"]),
        Some(1) => from_json(&json["bool_value"]),
        Some(2) => from_json(&json["int_value"]),
        Some(3) => Value::Double(json["double_value"].as_f64().unwrap_or(f64::NAN)),
        Some(4) => typed_list(json),
        _ => from_json(json),
    }
}

fn typed_list(json: &Json) -> Value {
    let items = json["array_value"]["values"].as_array().into_iter().flatten();
    let scalar = |item: &Json| match item["type"].as_u64() {
        Some(0..=3) => Some(typed_value(item)),
        _ => None,
    };
    list(items.map(scalar)).unwrap_or_else(|| from_json(json))
}
