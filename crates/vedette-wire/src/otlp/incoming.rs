//! Arriving spans of any SDK, sorted into the model.

use foldhash::{HashMap, HashMapExt};
use vedette_model::span::set_in;
use vedette_model::{
    keys, Chunk, ErrorInfo, Event, Key, Kind, Limits, Link, Process, Span, Text, TraceId, Value,
};

use super::outgoing::{is_exception, KNOWS_REMOTE, REMOTE};
use super::{conventions, resource, tracestate, url};
use crate::names;
use crate::overflow;
use crate::Received;

/// Attributes per arriving span.
const ARRIVING: Limits = Limits { attributes: 512, ..Limits::DEFAULT };

/// A span being read.
#[derive(Default)]
pub(super) struct Incoming {
    pub trace_id: TraceId,
    pub span: Span,
    pub end: u64,
    pub flags: Option<u32>,
    pub tracestate: Text,
    pub failed: bool,
    pub message: Text,
}

/// A resource being read.
#[derive(Default)]
pub(super) struct Sender {
    pub process: Process,
    pub spans: Vec<Incoming>,
}

/// Sets an attribute of a span; older names become those of the stable conventions, as far as they are known.
pub(super) fn set(span: &mut Span, name: &str, value: Value) {
    match names::from_datadog(name) {
        Some(line) => set_in(&mut span.attributes, line.convention, value, &ARRIVING),
        None => overflow::set(&mut span.attributes, name, value, &ARRIVING),
    }
}

/// Sets an attribute of a link or event.
pub(super) fn set_part(attributes: &mut Vec<(Key, Value)>, name: &str, value: Value) {
    overflow::set(attributes, name, value, &Limits::DEFAULT);
}

impl Incoming {
    /// Notes who instrumented, unless it was vedette itself.
    pub fn scope(&mut self, name: &str) {
        if !name.is_empty() && name != "vedette" {
            set(&mut self.span, "otel.scope.name", Value::from(name));
        }
    }
}

impl Sender {
    /// Takes one attribute of the resource.
    pub fn attribute(&mut self, name: &str, value: Value) {
        resource::take(&mut self.process, name, value);
    }

    /// All spans by trace. Spans without valid ids are left out and counted.
    pub fn received(self) -> Received {
        let mut chunks: Vec<Chunk> = Vec::new();
        let mut known: HashMap<TraceId, usize> = HashMap::new();
        for incoming in self.spans {
            if incoming.trace_id == 0 || incoming.span.id == 0 {
                vedette_model::limits::count_cut();
                continue;
            }
            let at = *known.entry(incoming.trace_id).or_insert_with(|| {
                chunks.push(Chunk { trace_id: incoming.trace_id, ..Chunk::default() });
                chunks.len() - 1
            });
            add(&mut chunks[at], incoming);
        }
        Received { process: self.process, chunks }
    }
}

fn add(chunk: &mut Chunk, mut incoming: Incoming) {
    if chunk.spans.is_empty() {
        // What is exported was kept. The flag "sampled" says nothing: OpenTelemetry's SDK for Python leaves it out.
        chunk.decision.priority = 1;
    }
    tracestate::read(chunk, &incoming.tracestate);
    settle(&mut incoming);
    let remote = incoming.flags.is_some_and(|flags| flags & (KNOWS_REMOTE | REMOTE) == KNOWS_REMOTE | REMOTE);
    let root = !chunk.has_root && (incoming.span.parent == 0 || remote);
    chunk.spans.push(incoming.span);
    if root {
        chunk.has_root = true;
        chunk.spans.rotate_right(1);
    }
}

/// Concludes what the model has in fields of their own.
fn settle(incoming: &mut Incoming) {
    let span = &mut incoming.span;
    span.duration = incoming.end.saturating_sub(span.start);
    span.error = incoming.failed;
    settle_failure(span, incoming.end, &incoming.message);
    settle_url(span);
    settle_names(span);
}

fn settle_failure(span: &mut Span, end: u64, message: &Text) {
    if !span.error {
        return;
    }
    let failure = take_exception(span, end).or_else(|| {
        let kind = span.get_str(keys::ERROR_TYPE).unwrap_or_default().into();
        Some(ErrorInfo { kind, message: message.clone(), ..ErrorInfo::default() })
            .filter(|_| !message.is_empty())
    });
    let Some(failure) = failure else { return };
    if span.get_str(keys::ERROR_TYPE) == Some(&failure.kind) {
        span.remove(keys::ERROR_TYPE);
    }
    span.extras().failure = Some(failure);
}

/// The last exception event. One at the very end of the span says nothing more than that the span failed: it is
/// taken away.
fn take_exception(span: &mut Span, end: u64) -> Option<ErrorInfo> {
    let events = &mut span.extras.as_mut()?.events;
    let at = events.iter().rposition(is_exception)?;
    let failure = exception(&events[at]);
    if events[at].time >= end {
        events.remove(at);
    }
    Some(failure)
}

fn exception(event: &Event) -> ErrorInfo {
    let text = |name: &str| {
        let found = event.attributes.iter().find(|(key, _)| key.name() == name);
        Text::new(found.and_then(|(_, value)| value.as_str()).unwrap_or_default())
    };
    ErrorInfo {
        kind: text("exception.type"),
        message: text("exception.message"),
        stack: text("exception.stacktrace"),
    }
}

/// Server spans get the whole URL beside its parts.
fn settle_url(span: &mut Span) {
    let text = |key| span.get_str(key).unwrap_or_default();
    if span.kind != Kind::Server
        || span.get(keys::URL_FULL).is_some()
        || text(keys::SERVER_ADDRESS).is_empty()
    {
        return;
    }
    let port = match span.get(keys::SERVER_PORT) {
        Some(Value::Int(port)) => Some(*port),
        _ => None,
    };
    let (scheme, host) = (text(keys::URL_SCHEME), text(keys::SERVER_ADDRESS));
    if !scheme.is_empty() {
        let parts =
            url::Parts { scheme, host, port, path: text(keys::URL_PATH), query: text(keys::URL_QUERY) };
        let whole = url::join(&parts);
        span.set(keys::URL_FULL, &*whole);
    }
}

/// Operation, resource and type: as told by the overrides, else as they follow.
fn settle_names(span: &mut Span) {
    let taken = |span: &mut Span, key| match span.remove(key) {
        Some(Value::Str(text)) => Some(text),
        _ => None,
    };
    let (operation, resource) = (taken(span, keys::OPERATION_NAME), taken(span, keys::RESOURCE_NAME));
    span.span_type =
        taken(span, keys::SPAN_TYPE).unwrap_or_else(|| Text::const_new(conventions::span_type(span)));
    let statement =
        (span.span_type == "sql").then(|| span.get_str(keys::DB_QUERY_TEXT)).flatten().map(Text::new);
    let name = match operation {
        Some(operation) => Some(std::mem::replace(&mut span.name, operation)),
        None => None,
    };
    span.resource = resource.or(statement).or(name).filter(|text| *text != span.name).unwrap_or_default();
}

/// Adds a link within the limit.
pub(super) fn add_link(span: &mut Span, link: Link) {
    let links = &mut span.extras().links;
    if links.len() < Limits::DEFAULT.links {
        links.push(link);
    } else {
        vedette_model::limits::count_cut();
    }
}

/// Adds an event within the limit.
pub(super) fn add_event(span: &mut Span, event: Event) {
    let events = &mut span.extras().events;
    if events.len() < Limits::DEFAULT.events {
        events.push(event);
    } else {
        vedette_model::limits::count_cut();
    }
}

/// The kind with that OTLP number.
pub(super) fn kind(number: u64) -> Kind {
    use Kind::{Client, Consumer, Internal, Producer, Server, Unspecified};
    let known = [Unspecified, Internal, Server, Client, Producer, Consumer];
    known.into_iter().find(|kind| *kind as u64 == number).unwrap_or_default()
}
