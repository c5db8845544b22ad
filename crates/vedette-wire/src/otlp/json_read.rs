//! Reading `ExportTraceServiceRequest` from JSON. Unknown members are passed over.

use serde_json::{Map, Value as Json};
use vedette_model::{Event, Key, Link, Text, Value};

use super::incoming::{add_event, add_link, kind, set, set_part, Incoming, Sender};
use crate::bounds::{Budget, DecodeLimits, Error};
use crate::value::from_json;
use crate::Received;

/// JSON values take up to so many times the bytes of their text.
const JSON_GROWTH: usize = 16;

pub(super) fn decode(bytes: &[u8], limits: &DecodeLimits) -> Result<Vec<Received>, Error> {
    let mut budget = Budget::open(bytes, limits)?;
    budget.charge(bytes.len().saturating_mul(JSON_GROWTH))?;
    let json: Json = serde_json::from_slice(bytes)
        .map_err(|error| Error::Malformed { what: "JSON", at: error.column() })?;
    if !json.is_object() {
        return Err(Error::Malformed { what: "a JSON object", at: 0 });
    }
    each(&json, "resourceSpans").map(|resource| resource_spans(resource, &mut budget)).collect()
}

/// The items of the list `name`; none if it is no list.
pub(super) fn each<'a>(json: &'a Json, name: &str) -> std::slice::Iter<'a, Json> {
    json[name].as_array().map(Vec::as_slice).unwrap_or_default().iter()
}

fn resource_spans(json: &Json, budget: &mut Budget) -> Result<Received, Error> {
    let mut sender = Sender::default();
    for item in each(&json["resource"], "attributes") {
        sender.attribute(string(item, "key"), any(&item["value"]));
    }
    for scope in each(json, "scopeSpans") {
        let name = string(&scope["scope"], "name");
        for item in each(scope, "spans") {
            budget.charge_span()?;
            let mut incoming = span(item, budget)?;
            incoming.scope(name);
            sender.spans.push(incoming);
        }
    }
    Ok(sender.received())
}

fn span(json: &Json, budget: &mut Budget) -> Result<Incoming, Error> {
    let mut incoming = Incoming {
        trace_id: wide_id(json, "traceId"),
        end: number(&json["endTimeUnixNano"]),
        flags: json["flags"].as_u64().map(|flags| flags as u32),
        tracestate: Text::new(string(json, "traceState")),
        failed: matches!(number(&json["status"]["code"]), 2) || json["status"]["code"] == "STATUS_CODE_ERROR",
        message: Text::new(string(&json["status"], "message")),
        ..Incoming::default()
    };
    let span = &mut incoming.span;
    span.id = id(json, "spanId");
    span.parent = id(json, "parentSpanId");
    span.name = Text::new(string(json, "name"));
    span.kind = kind(number(&json["kind"]));
    span.start = number(&json["startTimeUnixNano"]);
    for item in each(json, "attributes") {
        budget.charge(64)?;
        set(span, string(item, "key"), any(&item["value"]));
    }
    for item in each(json, "events") {
        budget.charge(std::mem::size_of::<Event>())?;
        add_event(span, event(item));
    }
    for item in each(json, "links") {
        budget.charge(std::mem::size_of::<Link>())?;
        add_link(span, link(item));
    }
    Ok(incoming)
}

fn event(json: &Json) -> Event {
    Event {
        time: number(&json["timeUnixNano"]),
        name: Text::new(string(json, "name")),
        attributes: attributes(json),
    }
}

fn link(json: &Json) -> Link {
    Link {
        trace_id: wide_id(json, "traceId"),
        span_id: id(json, "spanId"),
        flags: json["flags"].as_u64().map(|flags| flags as u8),
        tracestate: Text::new(string(json, "traceState")),
        attributes: attributes(json),
    }
}

fn attributes(json: &Json) -> Vec<(Key, Value)> {
    let mut attributes = Vec::new();
    for item in each(json, "attributes") {
        set_part(&mut attributes, string(item, "key"), any(&item["value"]));
    }
    attributes
}

/// A text; empty if it is none.
pub(super) fn string<'a>(json: &'a Json, name: &str) -> &'a str {
    json[name].as_str().unwrap_or_default()
}

/// A whole number, as number or as text.
pub(super) fn number(json: &Json) -> u64 {
    json.as_u64().or_else(|| json.as_str()?.parse().ok()).unwrap_or(0)
}

/// An id of the wrong length is no id.
pub(super) fn wide_id(json: &Json, name: &str) -> u128 {
    let text = string(json, name);
    u128::from_str_radix(text, 16).ok().filter(|_| text.len() == 32).unwrap_or(0)
}

/// The same for ids of spans.
pub(super) fn id(json: &Json, name: &str) -> u64 {
    let text = string(json, name);
    u64::from_str_radix(text, 16).ok().filter(|_| text.len() == 16).unwrap_or(0)
}

/// An `AnyValue`; maps and lists of unlike things become their JSON text.
pub(super) fn any(json: &Json) -> Value {
    match json.as_object().and_then(|object| object.iter().next()) {
        Some((name, number)) if name == "doubleValue" => Value::Double(double(number)),
        Some((name, value)) => from_json(&plain(name, value)),
        None => Value::from(""),
    }
}

/// Doubles come as numbers, or as text where JSON has none (`NaN`).
fn double(json: &Json) -> f64 {
    json.as_f64().or_else(|| json.as_str()?.parse().ok()).unwrap_or(f64::NAN)
}

/// The value of an `AnyValue` without its wrapping.
fn plain(name: &str, value: &Json) -> Json {
    match name {
        "intValue" => {
            value.as_str().and_then(|text| text.parse::<i64>().ok()).map_or(value.clone(), Json::from)
        }
        "arrayValue" => each(value, "values").map(unwrapped).collect(),
        "kvlistValue" => {
            let pairs =
                each(value, "values").map(|item| (string(item, "key").to_owned(), unwrapped(&item["value"])));
            Json::Object(pairs.collect::<Map<_, _>>())
        }
        _ => value.clone(),
    }
}

/// The value of an `AnyValue` as plain JSON.
pub(super) fn unwrapped(json: &Json) -> Json {
    json.as_object()
        .and_then(|object| object.iter().next())
        .map_or(Json::Null, |(name, value)| plain(name, value))
}
