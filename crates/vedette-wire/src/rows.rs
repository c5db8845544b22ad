//! Spans as flat rows, one per span, as the agent stores them.

use serde_json::{json, Map, Value as Json};
use vedette_model::{keys, Chunk, Event, Key, Link, Process, Span, SpanId, Text, Value};

use crate::entry::service_of;
use crate::msgpack;
use crate::overflow;
use crate::statement::{is_sql, obfuscated};
use crate::value::to_json;
use crate::Received;

/// One span with everything that its trace and process say of it. Texts are empty where nothing is known;
/// attributes have OpenTelemetry names.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Row {
    /// 32 lower-case hexadecimal digits.
    pub trace_id: String,
    /// 16 lower-case hexadecimal digits.
    pub span_id: String,
    /// 16 lower-case hexadecimal digits; empty for a span without parent.
    pub parent_id: String,
    /// Nanoseconds since the Unix epoch.
    pub start_ns: u64,
    /// Nanoseconds.
    pub duration_ns: u64,
    /// The operation, such as `flask.request`.
    pub name: String,
    /// What it was done to, such as `GET /users/<id>`; the name where nothing else is known.
    pub resource: String,
    /// The service of the span.
    pub service: String,
    /// Deployment environment.
    pub env: String,
    /// Version of the service.
    pub version: String,
    /// `web`, `sql`, `http`, ...
    pub span_type: String,
    /// `server`, `client`, `producer`, `consumer`, `internal`.
    pub kind: String,
    /// Whether the work failed.
    pub error: bool,
    /// HTTP status of the response.
    pub status_code: Option<i64>,
    /// JSON object.
    pub attributes: String,
    /// JSON list of `{name, time_unix_nano, attributes}`; empty for none.
    pub events: String,
    /// JSON list of `{trace_id, span_id, tracestate, flags, attributes}`, ids in hexadecimal; empty for none.
    pub links: String,
    /// JSON object `{type, message, stack}`; empty for none.
    pub failure: String,
    /// Datadog sampling priority.
    pub priority: Option<i8>,
    /// JSON object of the `meta_struct` values by name; empty for none.
    pub structures: String,
}

/// Levels of a structure that are shown.
const DEPTH: usize = 32;

/// The rows of what was received. Values within SQL statements are replaced by `?`: tracers that speak to a Datadog
/// Agent leave that to the receiver.
pub fn rows(received: Vec<Received>) -> Vec<Row> {
    let mut rows = Vec::new();
    for Received { process, chunks } in &received {
        for chunk in chunks {
            rows.extend(chunk.spans.iter().map(|span| row(span, chunk, process)));
        }
    }
    rows
}

fn row(span: &Span, chunk: &Chunk, process: &Process) -> Row {
    let own = service_of(span, process) == process.service;
    let extras = span.extras.as_deref().cloned().unwrap_or_default();
    Row {
        trace_id: format!("{:032x}", chunk.trace_id),
        span_id: id(span.id),
        parent_id: if span.parent == 0 { String::new() } else { id(span.parent) },
        start_ns: span.start,
        duration_ns: span.duration,
        name: span.name.to_string(),
        resource: resource(span),
        service: service_of(span, process).to_owned(),
        env: span.get_str(keys::ENV).unwrap_or(&process.env).to_owned(),
        version: span.get_str(keys::VERSION).unwrap_or(if own { &process.version } else { "" }).to_owned(),
        span_type: span.span_type.to_string(),
        kind: span.kind.name().to_owned(),
        error: span.error,
        status_code: status_code(span),
        attributes: attributes(span),
        events: texts_of(extras.events.iter().map(event).collect()),
        links: texts_of(extras.links.iter().map(link).collect()),
        failure: failure(span),
        priority: Some(chunk.decision.priority),
        structures: structures(&extras.structures),
    }
}

fn id(id: SpanId) -> String {
    format!("{id:016x}")
}

fn resource(span: &Span) -> String {
    if is_sql(span) {
        obfuscated(span, &span.resource).into_owned()
    } else {
        span.resource_or_name().to_owned()
    }
}

fn attributes(span: &Span) -> String {
    let mut json = object(&span.attributes);
    if let (true, Some(statement)) = (span.span_type == "sql", span.get_str(keys::DB_QUERY_TEXT)) {
        json[keys::DB_QUERY_TEXT.name()] = obfuscated(span, statement).into();
    }
    json.to_string()
}

fn status_code(span: &Span) -> Option<i64> {
    match span.get(keys::HTTP_RESPONSE_STATUS_CODE)? {
        Value::Int(code) => Some(*code),
        Value::Str(text) => text.parse().ok(),
        _ => None,
    }
}

fn object(attributes: &[(Key, Value)]) -> Json {
    let pairs = attributes.iter().map(|(key, value)| (key.name().to_owned(), to_json(value)));
    let mut json = Json::Object(pairs.collect());
    overflow::unfold(&mut json);
    json
}

fn texts_of(items: Vec<Json>) -> String {
    if items.is_empty() {
        String::new()
    } else {
        Json::Array(items).to_string()
    }
}

fn event(event: &Event) -> Json {
    json!({"name": event.name.as_str(), "time_unix_nano": event.time, "attributes": object(&event.attributes)})
}

fn link(link: &Link) -> Json {
    json!({
        "trace_id": format!("{:032x}", link.trace_id),
        "span_id": id(link.span_id),
        "tracestate": link.tracestate.as_str(),
        "flags": link.flags,
        "attributes": object(&link.attributes),
    })
}

fn failure(span: &Span) -> String {
    let Some(failure) = span.extras.as_ref().and_then(|extras| extras.failure.as_ref()) else {
        return String::new();
    };
    let texts = [&failure.kind, &failure.message, &failure.stack].map(Text::as_str);
    json!({"type": texts[0], "message": texts[1], "stack": texts[2]}).to_string()
}

fn structures(structures: &[(Text, Vec<u8>)]) -> String {
    if structures.is_empty() {
        return String::new();
    }
    let shown = |bytes| msgpack::json::value(bytes, DEPTH).unwrap_or(Json::Null);
    let pairs: Map<_, _> = structures.iter().map(|(name, bytes)| (name.to_string(), shown(bytes))).collect();
    Json::Object(pairs).to_string()
}
