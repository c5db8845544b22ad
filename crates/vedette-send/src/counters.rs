//! What was sent and what was not. Nothing is lost without being counted here.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::sync::{Mutex, MutexGuard};

use crate::announce;

/// A moment's view of an exporter. All numbers count from its start.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Counters {
    /// Chunks and spans that were taken into the queue.
    pub queued: Amount,
    /// Dropped before any backend was tried, because the queue was full.
    pub dropped_full: Amount,
    /// Dropped because there was no worker: after shutdown, or when no thread could be started.
    pub dropped_closed: Amount,
    /// Dropped because processing them panicked.
    pub dropped_panic: Amount,
    /// Bytes that wait in the queue now.
    pub queue_bytes: u64,
    /// Panics of the worker that were caught.
    pub panics: u64,
    /// What is wrong with the settings, found while working with them; empty if nothing is.
    pub warning: String,
    /// One entry per target, in the order of the settings.
    pub targets: Vec<TargetCounters>,
}

/// A number of chunks and of their spans.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Amount {
    /// Chunks of traces.
    pub traces: u64,
    /// Spans in them.
    pub spans: u64,
}

/// What happened at one backend.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TargetCounters {
    /// Its address, without user information.
    pub address: String,
    /// Accepted by the backend.
    pub sent: Amount,
    /// Not sent because sampling decided so; no loss.
    pub unsampled: Amount,
    /// Not sent because the Agent does not want to see them (`/info`); no loss.
    pub filtered: Amount,
    /// Dropped after the last try.
    pub dropped_failed: Amount,
    /// Dropped because the backend refused them (4xx, partial success).
    pub dropped_rejected: Amount,
    /// Dropped because too much waited for this backend.
    pub dropped_full: Amount,
    /// Dropped because the process ended.
    pub dropped_shutdown: Amount,
    /// Requests made, of any kind.
    pub requests: u64,
    /// Bytes of their bodies as sent.
    pub bytes: u64,
    /// Requests that were repeated.
    pub retries: u64,
    /// Requests that failed, whatever the reason.
    pub errors: u64,
    /// Statistics payloads accepted.
    pub stats: u64,
    /// The latest error, empty if there was none.
    pub last_error: String,
}

impl Counters {
    /// Spans that should have been sent and were not, at whatever backend.
    pub fn lost(&self) -> u64 {
        let everywhere = [self.dropped_full, self.dropped_closed, self.dropped_panic];
        let here = everywhere.iter().map(|amount| amount.spans).sum::<u64>();
        here + self.targets.iter().map(TargetCounters::lost).sum::<u64>()
    }
}

impl TargetCounters {
    fn lost(&self) -> u64 {
        let reasons = [self.dropped_failed, self.dropped_rejected, self.dropped_full, self.dropped_shutdown];
        reasons.iter().map(|amount| amount.spans).sum()
    }
}

/// An [`Amount`] that grows.
#[derive(Default)]
pub(crate) struct Tally {
    traces: AtomicU64,
    spans: AtomicU64,
}

impl Tally {
    pub fn add(&self, amount: Amount) {
        self.traces.fetch_add(amount.traces, Relaxed);
        self.spans.fetch_add(amount.spans, Relaxed);
    }

    fn get(&self) -> Amount {
        Amount { traces: self.traces.load(Relaxed), spans: self.spans.load(Relaxed) }
    }
}

impl Amount {
    /// The amount that `chunks` are.
    pub(crate) fn of(chunks: &[vedette_model::Chunk]) -> Amount {
        Amount {
            traces: chunks.len() as u64,
            spans: chunks.iter().map(|chunk| chunk.spans.len() as u64).sum(),
        }
    }

    /// What is left without `part`.
    pub(crate) fn less(self, part: Amount) -> Amount {
        Amount { traces: self.traces - part.traces, spans: self.spans - part.spans }
    }

    /// Both together.
    pub(crate) fn plus(self, other: Amount) -> Amount {
        Amount { traces: self.traces + other.traces, spans: self.spans + other.spans }
    }
}

/// The live counters of an exporter.
#[derive(Default)]
pub(crate) struct Meter {
    pub queued: Tally,
    pub dropped_full: Tally,
    pub dropped_closed: Tally,
    pub dropped_panic: Tally,
    pub panics: AtomicU64,
    warning: Mutex<String>,
    pub targets: Vec<TargetMeter>,
}

/// The live counters of a target.
#[derive(Default)]
pub(crate) struct TargetMeter {
    pub address: String,
    pub sent: Tally,
    pub unsampled: Tally,
    pub filtered: Tally,
    pub dropped_failed: Tally,
    pub dropped_rejected: Tally,
    pub dropped_full: Tally,
    pub dropped_shutdown: Tally,
    pub requests: AtomicU64,
    pub bytes: AtomicU64,
    pub retries: AtomicU64,
    pub errors: AtomicU64,
    pub stats: AtomicU64,
    last_error: Mutex<String>,
    /// Whether the user is still to be told when nobody answers there.
    to_tell: AtomicBool,
}

impl Meter {
    /// `tells`: whether standard error is told of a target that can't be reached.
    pub fn new(addresses: impl Iterator<Item = String>, tells: bool) -> Meter {
        let to_tell = || AtomicBool::new(tells);
        let targets =
            addresses.map(|address| TargetMeter { address, to_tell: to_tell(), ..TargetMeter::default() });
        Meter { targets: targets.collect(), ..Meter::default() }
    }

    /// Keeps what is wrong with the settings.
    pub fn warn(&self, text: &str) {
        *locked(&self.warning) = text.to_string();
    }

    pub fn read(&self, queue_bytes: usize) -> Counters {
        Counters {
            queued: self.queued.get(),
            dropped_full: self.dropped_full.get(),
            dropped_closed: self.dropped_closed.get(),
            dropped_panic: self.dropped_panic.get(),
            queue_bytes: queue_bytes as u64,
            panics: self.panics.load(Relaxed),
            warning: locked(&self.warning).clone(),
            targets: self.targets.iter().map(TargetMeter::read).collect(),
        }
    }
}

impl TargetMeter {
    /// Counts an error and keeps its text.
    pub fn error(&self, text: &str) {
        self.errors.fetch_add(1, Relaxed);
        *locked(&self.last_error) = text.to_string();
    }

    /// Tells once that nobody answers.
    pub fn unreachable(&self, reason: &str) {
        if self.to_tell.swap(false, Relaxed) {
            announce::unreachable(&self.address, reason);
        }
    }

    fn read(&self) -> TargetCounters {
        TargetCounters {
            address: self.address.clone(),
            sent: self.sent.get(),
            unsampled: self.unsampled.get(),
            filtered: self.filtered.get(),
            dropped_failed: self.dropped_failed.get(),
            dropped_rejected: self.dropped_rejected.get(),
            dropped_full: self.dropped_full.get(),
            dropped_shutdown: self.dropped_shutdown.get(),
            requests: self.requests.load(Relaxed),
            bytes: self.bytes.load(Relaxed),
            retries: self.retries.load(Relaxed),
            errors: self.errors.load(Relaxed),
            stats: self.stats.load(Relaxed),
            last_error: locked(&self.last_error).clone(),
        }
    }
}

fn locked(text: &Mutex<String>) -> MutexGuard<'_, String> {
    text.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
}
