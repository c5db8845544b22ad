//! What is left of dropped traces.

use std::borrow::Cow;
use std::sync::OnceLock;

use vedette_model::{Chunk, Key, Span};

use crate::counters::{Amount, TargetMeter};

/// The chunks that sampling kept and, of the others, the spans that a single-span rule kept; counts the rest.
pub(crate) fn only<'a>(chunks: &'a [Chunk], meter: &TargetMeter) -> Cow<'a, [Chunk]> {
    if chunks.iter().all(|chunk| chunk.decision.keeps()) {
        return Cow::Borrowed(chunks);
    }
    let kept: Vec<Chunk> = chunks.iter().filter_map(part_kept).collect();
    let (before, after) = (Amount::of(chunks), Amount::of(&kept));
    meter.unsampled.add(Amount { traces: before.traces - after.traces, spans: before.spans - after.spans });
    Cow::Owned(kept)
}

fn part_kept(chunk: &Chunk) -> Option<Chunk> {
    if chunk.decision.keeps() {
        return Some(chunk.clone());
    }
    let spans: Vec<Span> = chunk.spans.iter().filter(|span| kept_by_itself(span)).cloned().collect();
    let has_root = chunk.has_root && chunk.spans.first().is_some_and(kept_by_itself);
    let rest = Chunk { spans: Vec::new(), ..chunk.clone() };
    (!spans.is_empty()).then_some(Chunk { spans, has_root, ..rest })
}

/// Whether a single-span rule kept the span: only those carry the mark.
pub(crate) fn kept_by_itself(span: &Span) -> bool {
    static KEY: OnceLock<Option<Key>> = OnceLock::new();
    let key = KEY.get_or_init(|| Key::new("_dd.span_sampling.mechanism"));
    key.is_some_and(|key| span.get(key).is_some())
}
