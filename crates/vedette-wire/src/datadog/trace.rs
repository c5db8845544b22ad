//! From arrived spans to chunks with their process.

use foldhash::HashSet;
use vedette_model::{keys, Chunk, Process, Span, SpanId, Text, Value};

use super::incoming::{Incoming, Told};
use crate::Received;

/// Appends the spans of one arrived chunk to `received`.
pub(super) fn take(received: &mut Vec<Received>, mut spans: Vec<Incoming>, mut told: Told) {
    told.settle_priority();
    told.settle_rate();
    spans.iter_mut().for_each(Incoming::settle_failure);
    // A chunk should hold one trace. Stable, so that a chunk that does keeps its order.
    spans.sort_by_key(|incoming| incoming.trace_id);
    while let Some(trace_id) = spans.first().map(|incoming| incoming.trace_id) {
        let rest = spans.split_off(spans.partition_point(|incoming| incoming.trace_id <= trace_id));
        let (process, chunk) = assemble(std::mem::replace(&mut spans, rest), &told);
        add(received, process, chunk);
    }
}

fn add(received: &mut Vec<Received>, process: Process, chunk: Chunk) {
    match received.last_mut().filter(|last| last.process == process) {
        Some(last) => last.chunks.push(chunk),
        None => received.push(Received { process, chunks: vec![chunk] }),
    }
}

fn assemble(mut spans: Vec<Incoming>, told: &Told) -> (Process, Chunk) {
    let root = root_of(&spans);
    if let Some(at) = root {
        spans[..=at].rotate_right(1);
    }
    let trace_id = u128::from(told.high) << 64 | u128::from(spans[0].trace_id);
    let mut spans: Vec<Span> = spans.into_iter().map(|incoming| incoming.span).collect();
    let mut process = told.process.clone();
    process.service = base_service(&spans);
    process.env = spans[0].get_str(keys::ENV).unwrap_or_default().to_owned();
    process.version = version(&spans, &process.service);
    spans.iter_mut().for_each(|span| strip(span, &process));
    (process, Chunk { trace_id, spans, has_root: root.is_some(), ..told.chunk.clone() })
}

/// The local root: without parent, or entering a service, naming its process, and with its parent elsewhere.
fn root_of(spans: &[Incoming]) -> Option<usize> {
    if let Some(at) = spans.iter().position(|incoming| incoming.span.parent == 0) {
        return Some(at);
    }
    let here: HashSet<SpanId> = spans.iter().map(|incoming| incoming.span.id).collect();
    spans.iter().position(|incoming| {
        incoming.entry && incoming.names_process && !here.contains(&incoming.span.parent)
    })
}

/// The global service of the process, which spans of other services name.
fn base_service(spans: &[Span]) -> String {
    let named = spans.iter().find_map(|span| span.get_str(keys::BASE_SERVICE));
    named.unwrap_or(&spans[0].service).to_owned()
}

fn version(spans: &[Span], service: &str) -> String {
    let own = spans.iter().filter(|span| span.service == service);
    own.into_iter().find_map(|span| span.get_str(keys::VERSION)).unwrap_or_default().to_owned()
}

/// Takes away what the process says already.
fn strip(span: &mut Span, process: &Process) {
    let own = span.service == process.service;
    if own {
        span.service = Text::default();
    }
    if span.resource == span.name {
        span.resource = Text::default();
    }
    let same = |value: Option<&Value>, told: &str| value.and_then(Value::as_str) == Some(told);
    if same(span.get(keys::ENV), &process.env) {
        span.remove(keys::ENV);
    }
    if own && same(span.get(keys::VERSION), &process.version) {
        span.remove(keys::VERSION);
    }
    if same(span.get(keys::BASE_SERVICE), &process.service) {
        span.remove(keys::BASE_SERVICE);
    }
}
