//! What both encodings of OTLP tell of a chunk and its spans, beside attributes.

use foldhash::{HashMap, HashMapExt};
use vedette_model::{Chunk, ErrorInfo, Event, Kind, Process, Span};

use super::attributes::Told;
use super::tracestate;
use crate::entry::service_of;

/// The W3C flag "sampled".
const SAMPLED: u32 = 1;
/// It is known whether the parent is remote.
pub(super) const KNOWS_REMOTE: u32 = 1 << 8;
/// The parent is remote.
pub(super) const REMOTE: u32 = 1 << 9;

/// Where a span stands.
#[derive(Clone, Copy)]
pub(super) struct Place<'a> {
    pub chunk: &'a Chunk,
    pub span: &'a Span,
    /// It is the local root.
    pub root: bool,
    /// It is the first of its chunk within its service.
    pub first: bool,
}

/// Spans by the service they belong to, services in the order of appearance.
pub(super) fn by_service<'a>(chunks: &'a [Chunk], process: &'a Process) -> Vec<(&'a str, Vec<Place<'a>>)> {
    let mut groups: Vec<(&str, Vec<Place>)> = Vec::new();
    let mut known: HashMap<&str, usize> = HashMap::new();
    for chunk in chunks {
        for (at, span) in chunk.spans.iter().enumerate() {
            let service = reporter(span, process);
            let group = *known.entry(service).or_insert_with(|| {
                groups.push((service, Vec::new()));
                groups.len() - 1
            });
            let places = &mut groups[group].1;
            let first = places.last().is_none_or(|last| !std::ptr::eq(last.chunk, chunk));
            places.push(Place { chunk, span, root: at == 0 && chunk.has_root, first });
        }
    }
    groups
}

/// The service whose resource a span belongs to. What calls another service is done by the process, whatever Datadog
/// calls that peer (`redis`, `postgres`): OpenTelemetry's `service.name` is who reports, the peer is `peer.service`.
fn reporter<'a>(span: &'a Span, process: &'a Process) -> &'a str {
    match span.kind {
        Kind::Client | Kind::Producer => &process.service,
        _ => service_of(span, process),
    }
}

impl<'a> Place<'a> {
    /// W3C flags with what is known of the parent.
    pub fn flags(&self) -> u32 {
        let sampled = if self.chunk.decision.keeps() { SAMPLED } else { 0 };
        let remote = if self.root && self.span.parent != 0 { REMOTE } else { 0 };
        sampled | KNOWS_REMOTE | remote
    }

    /// The decision, once per chunk and service; empty elsewhere.
    pub fn trace_state(&self) -> String {
        if self.first {
            tracestate::write(self.chunk)
        } else {
            String::new()
        }
    }

    /// OTLP's number of the kind; a span without one is internal.
    pub fn kind(&self) -> u8 {
        match self.span.kind {
            Kind::Unspecified => Kind::Internal as u8,
            kind => kind as u8,
        }
    }

    /// End of the span.
    pub fn end(&self) -> u64 {
        self.span.start.saturating_add(self.span.duration)
    }

    /// What is known of the failure.
    pub fn failure(&self) -> Option<&'a ErrorInfo> {
        self.span.extras.as_ref()?.failure.as_ref()
    }

    /// The failure, if the span's events do not tell it already.
    pub fn exception(&self) -> Option<&'a ErrorInfo> {
        let events = &self.span.extras.as_ref()?.events;
        let raised = |failure: &&ErrorInfo| !failure.kind.is_empty() || !failure.message.is_empty();
        self.failure().filter(raised).filter(|_| !events.iter().any(is_exception))
    }
}

/// Whether the event tells of an exception.
pub(super) fn is_exception(event: &Event) -> bool {
    event.name == "exception"
}

/// Tells the attributes of an exception event.
pub(super) fn tell_exception(failure: &ErrorInfo, sink: &mut impl FnMut(&str, Told)) {
    let texts = [
        ("exception.type", &failure.kind),
        ("exception.message", &failure.message),
        ("exception.stacktrace", &failure.stack),
    ];
    texts.iter().filter(|(_, text)| !text.is_empty()).for_each(|(name, text)| sink(name, Told::Text(text)));
}
