//! What waits for one backend, and when it is tried again.

use std::collections::VecDeque;
use std::hash::{BuildHasher, RandomState};
use std::sync::atomic::Ordering::Relaxed;
use std::time::{Duration, Instant};

use vedette_model::Chunk;

use crate::backend::{Backend, Outcome, Payload, Trouble};
use crate::counters::{Amount, Tally, TargetMeter};

/// The first wait after a failure; doubled each time.
const FIRST_WAIT: Duration = Duration::from_millis(100);
/// The longest wait, unless the backend asks for more.
const LONGEST_WAIT: Duration = Duration::from_secs(5);
/// The longest wait that a backend may ask for.
const LONGEST_ASKED: Duration = Duration::from_secs(30);

/// How urgent the work is.
#[derive(Clone, Copy)]
pub(crate) struct Hurry {
    /// Somebody waits: try at once what would be tried later.
    pub now_please: bool,
    /// The process ends: be done until then.
    pub until: Option<Instant>,
    /// Nothing will follow.
    pub last: bool,
}

/// The way to one backend.
pub(crate) struct Lane {
    backend: Box<dyn Backend>,
    waiting: VecDeque<Payload>,
    waiting_bytes: usize,
    most_bytes: usize,
    /// Failures since the last success.
    failures: u32,
    /// Tries of the payload in front.
    tries: u32,
    /// A payload has been given up and none has arrived since: the next ones get one try each, so that
    /// what is sent when the backend returns is recent.
    down: bool,
    retry_at: Option<Instant>,
}

impl Lane {
    pub fn new(backend: Box<dyn Backend>, most_bytes: usize) -> Lane {
        Lane {
            backend,
            waiting: VecDeque::new(),
            waiting_bytes: 0,
            most_bytes,
            failures: 0,
            tries: 0,
            down: false,
            retry_at: None,
        }
    }

    /// Whether everything handed to it has left.
    pub fn is_empty(&self) -> bool {
        self.waiting.is_empty()
    }

    /// When it wants to be worked on again.
    pub fn due(&self) -> Option<Instant> {
        let retry = self.retry_at.filter(|_| !self.is_empty());
        [retry, self.backend.due()].into_iter().flatten().min()
    }

    /// Turns chunks into payloads.
    pub fn accept(&mut self, chunks: &[Chunk], until: Option<Instant>, meter: &TargetMeter) {
        let within = until.map(|until| until.saturating_duration_since(Instant::now()));
        for payload in self.backend.encode(chunks, within, meter) {
            self.push(payload, meter);
        }
    }

    fn push(&mut self, payload: Payload, meter: &TargetMeter) {
        if self.waiting_bytes + payload.body.len() > self.most_bytes {
            meter.dropped_full.add(payload.amount);
        } else {
            self.waiting_bytes += payload.body.len();
            self.waiting.push_back(payload);
        }
    }

    /// Sends what waits, until it is done, the backend fails, or the time given in `hurry` is over.
    pub fn work(&mut self, hurry: Hurry, meter: &TargetMeter) {
        while let Some(payload) = self.backend.periodic(hurry.last) {
            self.push(payload, meter);
        }
        if hurry.now_please {
            self.retry_at = None;
        }
        if self.retry_at.is_some_and(|at| at > Instant::now()) {
            return;
        }
        while let Some(payload) = self.waiting.front() {
            let Some(left) = left(hurry.until) else { return };
            let outcome = self.backend.send(payload, left, meter);
            if !self.settle(outcome, hurry.until.is_some(), meter) {
                return;
            }
        }
    }

    /// Notes what became of the payload in front. True if the next one may be sent at once.
    fn settle(&mut self, outcome: Outcome, closing: bool, meter: &TargetMeter) -> bool {
        match outcome {
            Outcome::Sent => self.arrived(meter, |meter| &meter.sent),
            Outcome::Partly { refused } => {
                self.front_without(refused, meter);
                self.arrived(meter, |meter| &meter.sent)
            }
            Outcome::Rejected(text) => {
                meter.error(&text);
                self.arrived(meter, |meter| &meter.dropped_rejected)
            }
            Outcome::Failed { text, after, trouble } => {
                meter.error(&text);
                if trouble == Trouble::Dead {
                    meter.unreachable(&text);
                }
                self.failed(after, trouble, closing, meter)
            }
        }
    }

    /// The backend has answered: it lives.
    fn arrived(&mut self, meter: &TargetMeter, tally: fn(&TargetMeter) -> &Tally) -> bool {
        self.failures = 0;
        self.down = false;
        self.retry_at = None;
        self.remove(meter, tally);
        true
    }

    /// True if the payload is to be tried again at once: when a connection broke, which is how one that the
    /// backend closed in the meantime looks, and once at the end, when there is no time to wait.
    fn failed(
        &mut self,
        after: Option<Duration>,
        trouble: Trouble,
        closing: bool,
        meter: &TargetMeter,
    ) -> bool {
        self.failures += 1;
        self.tries += 1;
        if closing && (trouble == Trouble::Dead || self.tries > 1) {
            self.abandon(meter, |meter| &meter.dropped_shutdown);
            return false;
        }
        self.retry_at = Some(Instant::now() + wait(self.failures, after));
        let most = self.waiting.front().map_or(0, |payload| payload.tries);
        if self.down || self.tries >= most {
            self.down = true;
            self.remove(meter, |meter| &meter.dropped_failed);
            return false;
        }
        meter.retries.fetch_add(1, Relaxed);
        closing || (trouble == Trouble::Broken && self.failures == 1)
    }

    /// Counts spans of the payload in front as refused.
    fn front_without(&mut self, refused: u64, meter: &TargetMeter) {
        if let Some(payload) = self.waiting.front_mut() {
            payload.amount.spans -= refused.min(payload.amount.spans);
            meter.dropped_rejected.add(Amount { traces: 0, spans: refused });
        }
    }

    fn remove(&mut self, meter: &TargetMeter, tally: fn(&TargetMeter) -> &Tally) {
        self.tries = 0;
        if let Some(payload) = self.waiting.pop_front() {
            self.waiting_bytes -= payload.body.len();
            tally(meter).add(payload.amount);
        }
    }

    /// Drops what waits, counting it there.
    pub fn abandon(&mut self, meter: &TargetMeter, tally: fn(&TargetMeter) -> &Tally) {
        while let Some(payload) = self.waiting.pop_front() {
            tally(meter).add(payload.amount);
        }
        self.waiting_bytes = 0;
    }
}

/// Time left until `until`; None when it has passed, the longest time when there is no end.
fn left(until: Option<Instant>) -> Option<Option<Duration>> {
    let Some(until) = until else { return Some(None) };
    let left = until.saturating_duration_since(Instant::now());
    (!left.is_zero()).then_some(Some(left))
}

/// Doubling from the first wait to the longest, less up to a third of it, so that many processes that lost
/// the same agent do not return together. What the backend asks for is respected up to a bound.
fn wait(failures: u32, asked: Option<Duration>) -> Duration {
    let doubled = FIRST_WAIT.saturating_mul(1 << failures.saturating_sub(1).min(10)).min(LONGEST_WAIT);
    let third = doubled.as_micros() as u64 / 3 + 1;
    let jitter = Duration::from_micros(RandomState::new().hash_one(failures) % third);
    (doubled - jitter).max(asked.unwrap_or_default().min(LONGEST_ASKED))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_up_to_a_bound_and_differ() {
        for failures in 1..40 {
            let full = FIRST_WAIT.saturating_mul(1 << (failures - 1).min(10)).min(LONGEST_WAIT);
            let got = wait(failures, None);
            assert!(got <= full && got >= full * 6 / 10, "{failures}: {got:?}");
        }
        let many: std::collections::HashSet<_> = (0..20).map(|_| wait(6, None)).collect();
        assert!(many.len() > 10);
    }

    #[test]
    fn what_the_backend_asks_for_is_respected_within_reason() {
        assert_eq!(wait(1, Some(Duration::from_secs(7))), Duration::from_secs(7));
        assert_eq!(wait(1, Some(Duration::from_secs(86_400))), LONGEST_ASKED);
    }
}
