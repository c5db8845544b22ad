//! The one thread: takes chunks, makes them presentable, writes them, hands them over.

use std::io;
use std::panic::{catch_unwind, AssertUnwindSafe};
use std::sync::atomic::Ordering::Relaxed;
use std::sync::Arc;
use std::thread::Builder;
use std::time::Instant;

use vedette_model::Chunk;

use crate::counters::Amount;
use crate::exporter::Shared;
use crate::lane::{Hurry, Lane};
use crate::queue::{Order, LINGER};
use crate::redact::Redactor;
use crate::signals;

/// Enough for TLS and regular expressions in a debug build; release builds use a tenth of it.
const STACK: usize = 512 << 10;
/// After so many panics the worker ends: something is wrong for good, and each one writes to standard error.
const MOST_PANICS: u64 = 10;

/// Starts the worker of `shared`.
pub(crate) fn start(shared: &Arc<Shared>) -> io::Result<()> {
    let shared = Arc::clone(shared);
    let builder = Builder::new().name("vedette-sender".to_string()).stack_size(STACK);
    signals::blocked(move || builder.spawn(move || supervise(&shared)))?;
    Ok(())
}

/// Runs until the end, starting over after a panic.
fn supervise(shared: &Shared) {
    let mut ended = false;
    while !ended && shared.meter.panics.load(Relaxed) < MOST_PANICS {
        let mut work = Work::new(shared);
        let outcome = catch_unwind(AssertUnwindSafe(|| work.run()));
        if outcome.is_err() {
            shared.meter.panics.fetch_add(1, Relaxed);
            shared.meter.dropped_panic.add(work.in_hand);
            shared.queue.settle(work.ticket);
        }
        ended = outcome.is_ok();
    }
    let left = shared.queue.gone();
    shared.meter.dropped_closed.add(Amount::of(&left));
}

/// What the worker holds.
struct Work<'a> {
    shared: &'a Shared,
    redactor: Redactor,
    lanes: Vec<Lane>,
    /// When chunks were last taken.
    last: Instant,
    /// What was taken and is not counted otherwise yet.
    in_hand: Amount,
    ticket: u64,
}

impl Work<'_> {
    fn new(shared: &Shared) -> Work<'_> {
        let config = &shared.config;
        Work {
            shared,
            redactor: Redactor::new(&config.obfuscate),
            lanes: crate::lanes(config),
            last: Instant::now().checked_sub(LINGER).unwrap_or_else(Instant::now),
            in_hand: Amount::default(),
            ticket: 0,
        }
    }

    fn run(&mut self) {
        loop {
            let due = self.lanes.iter().filter_map(Lane::due).min();
            let room = self.lanes.is_empty() || self.lanes.iter().any(Lane::is_empty);
            let order = self.shared.queue.next(self.last, due, room, self.shared.config.payload_bytes);
            if !order.chunks.is_empty() {
                self.last = Instant::now();
            }
            let close_by = order.close_by;
            let last = close_by.is_some_and(|until| !order.more || until <= Instant::now());
            self.obey(order, last);
            if last {
                return self.abandon();
            }
        }
    }

    fn obey(&mut self, order: Order, last: bool) {
        let Order { mut chunks, ticket, urgent, close_by: until, .. } = order;
        (self.in_hand, self.ticket) = (Amount::of(&chunks), ticket);
        if !chunks.is_empty() {
            self.prepare(&mut chunks, until);
        }
        drop(chunks);
        self.in_hand = Amount::default();
        self.work(Hurry { now_please: urgent || until.is_some(), until, last });
        if self.lanes.iter().all(Lane::is_empty) {
            self.shared.queue.settle(ticket);
        }
    }

    /// Redacts once, then writes for each backend.
    fn prepare(&mut self, chunks: &mut [Chunk], until: Option<Instant>) {
        self.redactor.redact(chunks);
        if let Some(complaint) = self.redactor.complaint() {
            self.shared.meter.warn(&complaint);
        }
        for (lane, meter) in self.lanes.iter_mut().zip(&self.shared.meter.targets) {
            lane.accept(chunks, until, meter);
        }
    }

    /// Works on each lane. At the end they share the time, so that one that hangs leaves some to the others.
    fn work(&mut self, hurry: Hurry) {
        let count = self.lanes.len() as u32;
        for (at, lane) in self.lanes.iter_mut().enumerate() {
            let now = Instant::now();
            let share = |until: Instant| now + until.saturating_duration_since(now) / (count - at as u32);
            let hurry = Hurry { until: hurry.until.map(share), ..hurry };
            lane.work(hurry, &self.shared.meter.targets[at]);
        }
    }

    /// Counts what could not be sent before the end.
    fn abandon(&mut self) {
        for (lane, meter) in self.lanes.iter_mut().zip(&self.shared.meter.targets) {
            lane.abandon(meter);
        }
    }
}
