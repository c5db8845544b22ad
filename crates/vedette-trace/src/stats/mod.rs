//! Client-side stats: counts, errors and durations of spans, before sampling drops any of them.

mod bucket;
mod group;
mod sketch;

use std::collections::BTreeMap;
use std::sync::OnceLock;

use vedette_model::{keys, Chunk, Key, Kind, Process, Span, Value};
use vedette_wire::entry::service_entries;
use vedette_wire::stats::Payload;

use bucket::Bucket;
use group::Reading;

pub use bucket::BLOCKED;
pub use sketch::Sketch;

/// Length of a bucket, in nanoseconds; buckets start at multiples of it.
pub const BUCKET: u64 = 10_000_000_000;
/// Buckets that stay open: the current one, and the one before for spans that arrive late.
const OPEN: u64 = 2;
/// Buckets held at once; a clock that jumps must not make more.
const MOST_BUCKETS: usize = 32;

/// Counts finished spans by what they have in common, in buckets of ten seconds.
#[derive(Debug, Default)]
pub struct Concentrator {
    buckets: BTreeMap<u64, Bucket>,
    /// Start of the oldest bucket that was not sent yet: what ends before is counted there.
    oldest: u64,
    reading: Reading,
    sequence: u64,
    collapsed: u64,
}

impl Concentrator {
    /// A concentrator that tells peers by those Datadog tags (`peer_tags` of the Agent's `/info`).
    pub fn new(peer_tags: &[String]) -> Self {
        let mut made = Concentrator::default();
        made.set_peer_tags(peer_tags);
        made
    }

    /// Takes other peer tags from now on.
    pub fn set_peer_tags(&mut self, names: &[String]) {
        self.reading.set_peer_tags(names);
    }

    /// Counts the spans of a chunk that matter: those that enter a service, are marked as measured, or talk to
    /// another process. To be called once per chunk, before sampling drops anything.
    pub fn add(&mut self, chunk: &Chunk, process: &Process) {
        let entries = service_entries(chunk, process);
        for (span, entry) in chunk.spans.iter().zip(entries) {
            if counts(span, entry) {
                let common = self.reading.common(span, chunk, process);
                let start = bucket_of(span).max(self.oldest);
                open(&mut self.buckets, start).add(common, span, entry);
            }
        }
    }

    /// Takes what is ready at `now_ns` (Unix time): buckets that are over, or all of them with `force` (at exit).
    pub fn flush(&mut self, now_ns: u64, force: bool, process: &Process) -> Option<Payload> {
        let current = now_ns - now_ns % BUCKET;
        let keep = if force { u64::MAX } else { current.saturating_sub((OPEN - 1) * BUCKET) };
        let later = self.buckets.split_off(&keep);
        let ready = std::mem::replace(&mut self.buckets, later);
        self.oldest = self.oldest.max(if force { current } else { keep });
        if ready.is_empty() {
            return None;
        }
        self.collapsed += ready.values().map(|bucket| bucket.collapsed).sum::<u64>();
        let mut payload = self.head(process);
        payload.buckets = ready.into_iter().map(|(start, bucket)| bucket.finish(start, BUCKET)).collect();
        Some(payload)
    }

    fn head(&mut self, process: &Process) -> Payload {
        let sequence = self.sequence;
        self.sequence += 1;
        let process_tags = process.chunk_tags.iter().find(|(name, _)| name == "_dd.tags.process");
        Payload {
            hostname: process.hostname.clone(),
            env: process.env.clone(),
            version: process.version.clone(),
            service: process.service.clone(),
            language: process.language.clone(),
            tracer_version: process.tracer_version.clone(),
            runtime_id: process.runtime_id.clone(),
            process_tags: process_tags.map(|(_, tags)| tags.clone()).unwrap_or_default(),
            sequence,
            buckets: Vec::new(),
        }
    }

    /// Spans counted under [`BLOCKED`] so far, because there were too many groups to tell apart.
    pub fn collapsed(&self) -> u64 {
        self.collapsed
    }
}

fn bucket_of(span: &Span) -> u64 {
    let end = span.start.saturating_add(span.duration);
    end - end % BUCKET
}

/// The bucket that starts there, or the nearest one where there are too many.
fn open(buckets: &mut BTreeMap<u64, Bucket>, start: u64) -> &mut Bucket {
    let full = buckets.len() >= MOST_BUCKETS && !buckets.contains_key(&start);
    let nearest =
        buckets.range(..start).next_back().or(buckets.range(start..).next()).map(|(start, _)| *start);
    buckets.entry(nearest.filter(|_| full).unwrap_or(start)).or_default()
}

fn counts(span: &Span, entry: bool) -> bool {
    let talks = matches!(span.kind, Kind::Server | Kind::Client | Kind::Producer | Kind::Consumer);
    (entry || talks || is_measured(span)) && !is_snapshot(span)
}

fn is_measured(span: &Span) -> bool {
    match span.get(keys::MEASURED) {
        Some(Value::Int(number)) => *number == 1,
        Some(Value::Double(number)) => *number == 1.0,
        Some(Value::Bool(truth)) => *truth,
        _ => false,
    }
}

/// Snapshots of long-running spans come again when they are finished.
fn is_snapshot(span: &Span) -> bool {
    static KEY: OnceLock<Option<Key>> = OnceLock::new();
    KEY.get_or_init(|| Key::new("_dd.partial_version")).is_some_and(|key| span.get(key).is_some())
}
