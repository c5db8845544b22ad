//! Which spans are where a trace enters a service. Datadog counts and searches by them (`_dd.top_level`).

use foldhash::{HashMap, HashMapExt};
use vedette_model::{Chunk, Process, Span, SpanId};

/// The service a span belongs to.
#[inline]
pub fn service_of<'a>(span: &'a Span, process: &'a Process) -> &'a str {
    if span.service.is_empty() {
        &process.service
    } else {
        &span.service
    }
}

/// For each span of the chunk, whether it enters its service: it is the local root, or its parent belongs to
/// another service. A parent that is not in the chunk (still open at a partial flush) is taken to belong to the
/// process's own service, as all but a few do.
pub fn service_entries(chunk: &Chunk, process: &Process) -> Vec<bool> {
    let mut entries = vec![false; chunk.spans.len()];
    if chunk.spans.iter().any(|span| service_of(span, process) != process.service) {
        mark_changes(&chunk.spans, process, &mut entries);
    }
    if let (true, Some(root)) = (chunk.has_root, entries.first_mut()) {
        *root = true;
    }
    entries
}

fn mark_changes(spans: &[Span], process: &Process, entries: &mut [bool]) {
    let mut services: HashMap<SpanId, &str> = HashMap::with_capacity(spans.len());
    services.extend(spans.iter().map(|span| (span.id, service_of(span, process))));
    for (entry, span) in entries.iter_mut().zip(spans) {
        let parent = services.get(&span.parent).copied().unwrap_or(&process.service);
        *entry = service_of(span, process) != parent;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn span(id: SpanId, parent: SpanId, service: &str) -> Span {
        Span { id, parent, service: service.into(), ..Span::default() }
    }

    #[test]
    fn the_root_and_every_change_of_service_enter() {
        let process = Process { service: "shop".into(), ..Process::default() };
        let spans = vec![span(1, 9, ""), span(2, 1, "shop"), span(3, 2, "redis"), span(4, 3, "redis")];
        let mut chunk = Chunk { spans, has_root: true, ..Chunk::default() };
        assert_eq!(service_entries(&chunk, &process), [true, false, true, false]);
        chunk.has_root = false;
        assert_eq!(service_entries(&chunk, &process), [false, false, true, false]);
    }
}
