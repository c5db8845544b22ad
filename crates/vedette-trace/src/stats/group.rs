//! What spans have in common to be counted together.

use std::sync::OnceLock;

use vedette_model::{keys, Chunk, Key, Kind, Process, Span, Text, Value};
use vedette_wire::entry::service_of;

use crate::sampling::{TagName, TagText};

/// Separates peer tags in a [`Common`].
pub(super) const BETWEEN: char = '\0';

/// What the spans of one group have in common.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct Common<T> {
    pub service: T,
    pub name: T,
    pub resource: T,
    pub span_type: T,
    pub kind: u8,
    pub http_status: u32,
    pub synthetics: bool,
    pub trace_root: bool,
    /// `tag:value` pairs, joined by [`BETWEEN`].
    pub peer_tags: T,
    pub http_method: T,
    pub http_endpoint: T,
    pub grpc_status: T,
}

impl<T> Common<T> {
    /// The same with each text turned into something else.
    pub fn map<'s, U>(&'s self, f: impl Fn(&'s T) -> U) -> Common<U> {
        Common {
            service: f(&self.service),
            name: f(&self.name),
            resource: f(&self.resource),
            span_type: f(&self.span_type),
            kind: self.kind,
            http_status: self.http_status,
            synthetics: self.synthetics,
            trace_root: self.trace_root,
            peer_tags: f(&self.peer_tags),
            http_method: f(&self.http_method),
            http_endpoint: f(&self.http_endpoint),
            grpc_status: f(&self.grpc_status),
        }
    }
}

/// Reads what is common from spans. Keeps the names of tags it looks for, and a buffer.
#[derive(Debug, Default)]
pub(super) struct Reading {
    peer_names: Vec<(String, TagName)>,
    peer_tags: String,
}

impl Reading {
    /// Takes the tags that tell who was called, by their Datadog names.
    pub fn set_peer_tags(&mut self, names: &[String]) {
        self.peer_names = names.iter().map(|name| (name.clone(), TagName::new(name))).collect();
    }

    /// What `span` has in common with others.
    pub fn common<'s>(&'s mut self, span: &'s Span, chunk: &Chunk, process: &'s Process) -> Common<&'s str> {
        self.read_peer_tags(span, process);
        Common {
            service: service_of(span, process),
            name: &span.name,
            resource: span.resource_or_name(),
            span_type: &span.span_type,
            kind: span.kind as u8,
            http_status: http_status(span),
            synthetics: chunk.origin.starts_with("synthetics"),
            trace_root: span.parent == 0,
            peer_tags: &self.peer_tags,
            http_method: span.get_str(keys::HTTP_REQUEST_METHOD).unwrap_or(""),
            http_endpoint: http_endpoint(span),
            grpc_status: grpc_status(span),
        }
    }

    /// The tags of the peer, for spans that call others; spans inside of a renamed service tell the real one.
    fn read_peer_tags(&mut self, span: &Span, process: &Process) {
        self.peer_tags.clear();
        let base = || Some(process.service.as_str()).filter(|base| *base != service_of(span, process));
        match span.kind {
            Kind::Client | Kind::Producer | Kind::Consumer => {
                for (name, tag) in &self.peer_names {
                    let text = match tag.of(span) {
                        Some(TagText::Text(text)) => Some(text),
                        _ if name == "_dd.base_service" => base().map(Into::into),
                        _ => None,
                    };
                    text.into_iter().for_each(|text| push_tag(&mut self.peer_tags, name, &text));
                }
            }
            Kind::Internal | Kind::Unspecified => {
                base().into_iter().for_each(|base| push_tag(&mut self.peer_tags, "_dd.base_service", base));
            }
            Kind::Server => {}
        }
    }
}

fn push_tag(tags: &mut String, name: &str, value: &str) {
    if !tags.is_empty() {
        tags.push(BETWEEN);
    }
    tags.extend([name, ":", value]);
}

fn http_status(span: &Span) -> u32 {
    match span.get(keys::HTTP_RESPONSE_STATUS_CODE) {
        Some(Value::Int(status)) => u32::try_from(*status).unwrap_or(0),
        Some(Value::Str(status)) => status.parse().unwrap_or(0),
        _ => 0,
    }
}

fn http_endpoint(span: &Span) -> &str {
    static ENDPOINT: OnceLock<Option<Key>> = OnceLock::new();
    let endpoint = || ENDPOINT.get_or_init(|| Key::new("http.endpoint")).and_then(|key| span.get_str(key));
    span.get_str(keys::HTTP_ROUTE).or_else(endpoint).unwrap_or("")
}

const GRPC_KEYS: [&str; 4] =
    ["rpc.grpc.status_code", "grpc.status.code", "rpc.response.status_code", "grpc.code"];
/// Names of the gRPC statuses, by number (<https://grpc.io/docs/guides/status-codes/>).
const GRPC_NAMES: [&str; 17] = [
    "OK",
    "CANCELLED",
    "UNKNOWN",
    "INVALID_ARGUMENT",
    "DEADLINE_EXCEEDED",
    "NOT_FOUND",
    "ALREADY_EXISTS",
    "PERMISSION_DENIED",
    "RESOURCE_EXHAUSTED",
    "FAILED_PRECONDITION",
    "ABORTED",
    "OUT_OF_RANGE",
    "UNIMPLEMENTED",
    "INTERNAL",
    "UNAVAILABLE",
    "DATA_LOSS",
    "UNAUTHENTICATED",
];
const GRPC_NUMBERS: [&str; 17] =
    ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11", "12", "13", "14", "15", "16"];

/// The gRPC status as a number, however the span tells it.
fn grpc_status(span: &Span) -> &'static str {
    static KEYS: OnceLock<[Option<Key>; 4]> = OnceLock::new();
    let known = KEYS.get_or_init(|| GRPC_KEYS.map(Key::new));
    let number = match known.iter().flatten().find_map(|key| span.get(*key)) {
        Some(Value::Int(status)) => usize::try_from(*status).ok(),
        Some(Value::Double(status)) if status.fract() == 0.0 => Some(*status as usize),
        Some(Value::Str(status)) => grpc_number(status),
        _ => None,
    };
    number.and_then(|number| GRPC_NUMBERS.get(number)).copied().unwrap_or("")
}

fn grpc_number(status: &Text) -> Option<usize> {
    let name = status.strip_prefix("StatusCode.").unwrap_or(status);
    status.parse().ok().or_else(|| GRPC_NAMES.iter().position(|known| known.eq_ignore_ascii_case(name)))
}
