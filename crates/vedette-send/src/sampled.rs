//! What is left of traces that sampling decided against.

use std::sync::OnceLock;

use vedette_model::{Chunk, Key, Span};

/// Kept chunks as they are, and of the others what `part` leaves; None if all are kept.
pub(crate) fn only(chunks: &[Chunk], part: impl Fn(&Chunk) -> Option<Chunk>) -> Option<Vec<Chunk>> {
    if chunks.iter().all(|chunk| chunk.decision.keeps()) {
        return None;
    }
    let left = |chunk: &Chunk| if chunk.decision.keeps() { Some(chunk.clone()) } else { part(chunk) };
    Some(chunks.iter().filter_map(left).collect())
}

/// The spans of a dropped chunk that a single-span rule kept.
pub(crate) fn marked(chunk: &Chunk) -> Option<Chunk> {
    let spans: Vec<Span> = chunk.spans.iter().filter(|span| is_marked(span)).cloned().collect();
    let has_root = chunk.has_root && chunk.spans.first().is_some_and(is_marked);
    let origin = chunk.origin.clone();
    let rest = Chunk { trace_id: chunk.trace_id, decision: chunk.decision, origin, ..Chunk::default() };
    (!spans.is_empty()).then_some(Chunk { spans, has_root, tags: chunk.tags.clone(), ..rest })
}

/// Only spans kept by a single-span rule carry the mark.
fn is_marked(span: &Span) -> bool {
    static KEY: OnceLock<Option<Key>> = OnceLock::new();
    let key = KEY.get_or_init(|| Key::new("_dd.span_sampling.mechanism"));
    key.is_some_and(|key| span.get(key).is_some())
}

#[cfg(test)]
mod tests {
    use super::*;
    use vedette_model::Decision;

    fn chunk(priority: i8, marks: &[bool]) -> Chunk {
        let mark = Key::new("_dd.span_sampling.mechanism").unwrap();
        let mut spans = vec![Span::default(); marks.len()];
        for (span, marked) in spans.iter_mut().zip(marks) {
            if *marked {
                span.set(mark, 8);
            }
        }
        let decision = Decision { priority, ..Decision::default() };
        Chunk { spans, has_root: true, decision, ..Chunk::default() }
    }

    #[test]
    fn kept_traces_are_not_copied() {
        assert_eq!(only(&[chunk(1, &[false]), chunk(2, &[])], marked), None);
    }

    #[test]
    fn marked_spans_of_dropped_traces_stay() {
        let left =
            only(&[chunk(0, &[false, true]), chunk(-1, &[false]), chunk(1, &[false])], marked).unwrap();
        let shapes: Vec<_> = left.iter().map(|chunk| (chunk.spans.len(), chunk.has_root)).collect();
        assert_eq!(shapes, [(1, false), (1, true)]);
    }
}
