//! The one thread: takes chunks, makes them presentable, writes them, hands them over.

use std::io;
use std::panic::{catch_unwind, AssertUnwindSafe};
use std::sync::atomic::Ordering::Relaxed;
use std::sync::Arc;
use std::thread::Builder;
use std::time::Instant;

use vedette_model::Chunk;

use crate::announce;
use crate::config::Config;
use crate::counters::Amount;
use crate::exporter::Shared;
use crate::lane::{Hurry, Lane};
use crate::queue::{Order, CREDIT, LINGER};
use crate::redact::Redactor;
use crate::signals;
use crate::source_lines::SourceLines;

/// Enough for TLS and regular expressions in a debug build; release builds use a tenth of it.
const STACK: usize = 512 << 10;
/// After so many panics the worker ends: something is wrong for good, and each one writes to standard error.
const MOST_PANICS: u64 = 10;

/// Makes the lanes to the targets of the settings.
type Lanes = fn(&Config) -> Vec<Lane>;

/// Starts the worker of `shared`.
pub(crate) fn start(shared: &Arc<Shared>) -> io::Result<()> {
    let shared = Arc::clone(shared);
    let builder = Builder::new().name("vedette-sender".to_string()).stack_size(STACK);
    signals::blocked(move || builder.spawn(move || supervise(&shared, crate::lanes)))?;
    Ok(())
}

/// Runs until the end, starting over after a panic.
fn supervise(shared: &Shared, lanes: Lanes) {
    if let Some(json) = &shared.config.announcement {
        announce::configuration(json);
    }
    #[cfg(target_os = "linux")]
    if shared.config.telemetry.is_some() {
        crate::discovery::announce(&shared.config.process);
    }
    let mut ended = false;
    while !ended && shared.meter.panics.load(Relaxed) < MOST_PANICS {
        let mut work = Work::new(shared, lanes);
        ended = catch_unwind(AssertUnwindSafe(|| work.run())).is_ok();
        if !ended {
            work.count_panic();
        }
    }
    let left = shared.queue.gone();
    shared.meter.dropped_closed.add(Amount::of(&left));
}

/// What the worker holds.
struct Work<'a> {
    shared: &'a Shared,
    redactor: Redactor,
    /// None where lines of source stay in the process.
    source_lines: Option<SourceLines>,
    lanes: Vec<Lane>,
    /// When this take would have been due, had all of them been [`LINGER`] apart.
    due: Instant,
    /// What was taken and is not counted otherwise yet.
    in_hand: Amount,
    ticket: u64,
}

impl Work<'_> {
    fn new(shared: &Shared, lanes: Lanes) -> Work<'_> {
        let config = &shared.config;
        Work {
            shared,
            redactor: Redactor::new(&config.obfuscate),
            source_lines: config.source_lines.then(SourceLines::default),
            lanes: lanes(config),
            due: Instant::now(),
            in_hand: Amount::default(),
            ticket: 0,
        }
    }

    fn run(&mut self) {
        loop {
            let due = self.lanes.iter().filter_map(Lane::due).min();
            let room = self.lanes.is_empty() || self.lanes.iter().any(Lane::is_empty);
            let free = self.due.checked_sub(CREDIT).unwrap_or(self.due);
            let order = self.shared.queue.next(free, due, room, self.shared.config.payload_bytes);
            if !order.chunks.is_empty() {
                self.due = self.due.max(Instant::now()) + LINGER;
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

    /// Redacts and completes once, then writes for each backend.
    fn prepare(&mut self, chunks: &mut [Chunk], until: Option<Instant>) {
        self.redactor.redact(chunks);
        if let Some(lines) = &mut self.source_lines {
            lines.put_into(chunks);
        }
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
            lane.abandon(meter, |meter| &meter.dropped_shutdown);
        }
    }

    /// Counts a panic, and all that was lost by it.
    fn count_panic(&mut self) {
        let meter = &self.shared.meter;
        meter.panics.fetch_add(1, Relaxed);
        meter.dropped_panic.add(self.in_hand);
        for (lane, meter) in self.lanes.iter_mut().zip(&meter.targets) {
            lane.abandon(meter, |meter| &meter.dropped_failed);
        }
        self.shared.queue.settle(self.ticket);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::backend::{Backend, Outcome, Payload};
    use crate::counters::TargetMeter;
    use std::time::Duration;
    use vedette_trace::sampling::{Sampler, SamplingConfig};

    /// Panics at every chunk with an odd trace id.
    struct Clumsy;

    impl Backend for Clumsy {
        fn encode(&mut self, chunks: &[Chunk], _: Option<Duration>, _: &TargetMeter) -> Vec<Payload> {
            assert!(chunks[0].trace_id % 2 == 0, "odd");
            vec![Payload::traces(Vec::new(), Amount::of(chunks), "")]
        }

        fn send(&mut self, _: &Payload, _: Option<Duration>, _: &TargetMeter) -> Outcome {
            Outcome::Sent
        }
    }

    fn clumsy() -> Arc<Shared> {
        let sampler = Arc::new(Sampler::new(SamplingConfig::default()));
        let mut config = Config::new(vedette_model::Process::default(), sampler);
        config.targets.push(crate::Target::datadog("http://localhost"));
        let shared = Arc::new(Shared::new(Arc::new(config)));
        let of_worker = Arc::clone(&shared);
        std::thread::spawn(move || {
            supervise(&of_worker, |_| vec![Lane::new(Box::new(Clumsy), usize::MAX)]);
        });
        shared
    }

    fn push(shared: &Shared, id: u128) {
        shared.queue.push(Chunk { trace_id: id, spans: vec![Default::default()], ..Chunk::default() });
        shared.queue.flush(Duration::from_secs(5));
    }

    #[test]
    fn a_panic_costs_what_was_in_hand_and_no_more() {
        let shared = clumsy();
        for id in 1..=4 {
            push(&shared, id);
        }
        assert!(shared.queue.close(Duration::from_secs(5), || ()));
        let counters = shared.meter.read(0);
        assert_eq!((counters.panics, counters.dropped_panic.traces), (2, 2));
        assert_eq!(counters.targets[0].sent.traces, 2);
    }

    #[test]
    fn a_worker_that_panics_all_the_time_ends() {
        let shared = clumsy();
        for _ in 0..2 * MOST_PANICS {
            push(&shared, 1);
        }
        assert!(shared.queue.close(Duration::from_secs(5), || ()));
        assert_eq!(shared.meter.read(0).panics, MOST_PANICS);
    }
}
