//! The application's side: hand over and go on.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::Arc;
use std::time::Duration;

use vedette_model::{ids, Chunk};

use crate::config::{Config, Error};
use crate::counters::{Amount, Counters, Meter};
use crate::queue::{Pushed, Queue};
use crate::worker;

/// Takes finished chunks and sends them from a thread of its own, which starts with the first chunk.
///
/// Belongs to one process. After a fork the child must call [`Exporter::respawn`] and use the result: the worker
/// thread does not exist there, and the locks of this one may be held by threads that do not either.
pub struct Exporter {
    shared: Arc<Shared>,
    /// The process that made it, by [`ids::generation`].
    generation: u64,
}

/// What the application's threads and the worker share.
pub(crate) struct Shared {
    pub config: Arc<Config>,
    pub queue: Queue,
    pub meter: Meter,
    /// Whether the worker was started.
    started: AtomicBool,
}

impl Shared {
    pub fn new(config: Arc<Config>) -> Shared {
        Shared {
            queue: Queue::new(config.queue_bytes),
            meter: Meter::new(
                config.targets.iter().map(crate::Target::address),
                config.announcement.is_some(),
            ),
            config,
            started: AtomicBool::new(false),
        }
    }
}

impl Exporter {
    /// Checks the settings. Starts no thread and opens no socket or file.
    ///
    /// # Errors
    /// When the address or a header of a target cannot be understood.
    pub fn new(config: Config) -> Result<Exporter, Error> {
        config.check()?;
        Ok(Exporter::with(Arc::new(config)))
    }

    fn with(config: Arc<Config>) -> Exporter {
        Exporter { shared: Arc::new(Shared::new(config)), generation: ids::generation() }
    }

    /// Hands a chunk over. Never blocks on the network and never fails: what does not fit is dropped and counted.
    pub fn send(&self, chunk: Chunk) {
        let amount = Amount { traces: 1, spans: chunk.spans.len() as u64 };
        let meter = &self.shared.meter;
        match self.shared.queue.push(chunk) {
            Pushed::Queued => meter.queued.add(amount),
            Pushed::First => {
                meter.queued.add(amount);
                self.start();
            }
            Pushed::Full => meter.dropped_full.add(amount),
            Pushed::Closed => meter.dropped_closed.add(amount),
        }
    }

    #[cold]
    fn start(&self) {
        if !self.shared.started.swap(true, Ordering::Relaxed) && worker::start(&self.shared).is_err() {
            // Perhaps there is a thread to be had when the next chunk comes.
            self.shared.started.store(false, Ordering::Relaxed);
            self.shared.queue.not_started();
        }
    }

    /// Waits at most `timeout` until everything handed over so far has been sent. True if it was: false
    /// when time ran out, or when something was dropped meanwhile.
    pub fn flush(&self, timeout: Duration) -> bool {
        let lost = self.counters().lost();
        self.shared.queue.flush(timeout) && self.counters().lost() == lost
    }

    /// Sends what is left, statistics too, and ends the worker. Waits at most `timeout`, whatever the backends do.
    /// True if nothing was lost on the way. Chunks handed over later are dropped and counted.
    pub fn shutdown(&self, timeout: Duration) -> bool {
        let lost = self.counters().lost();
        let help = || {
            // Without a thread to be had, what waits is lost, as it would have been without trying.
            let _ = worker::start(&self.shared);
        };
        self.shared.queue.close(timeout, help) && self.counters().lost() == lost
    }

    /// How many chunks are neither sent nor dropped yet, for those who may take no lock (signal handlers).
    pub fn pending(&self) -> Arc<AtomicU64> {
        self.shared.queue.pending()
    }

    /// What was sent and what was not, up to now.
    pub fn counters(&self) -> Counters {
        self.shared.meter.read(self.shared.queue.bytes())
    }

    /// An exporter with the same settings and nothing else in common: for the child after a fork. Takes no lock.
    pub fn respawn(&self) -> Exporter {
        Exporter::with(Arc::clone(&self.shared.config))
    }

    /// The same with another process description (a child has another id), still without taking a lock.
    pub fn respawn_as(&self, process: vedette_model::Process) -> Exporter {
        Exporter::with(Arc::new(Config { process, ..(*self.shared.config).clone() }))
    }
}

/// How long the worker of an exporter that nobody holds any more may go on sending.
const GRACE: Duration = Duration::from_secs(1);

impl Drop for Exporter {
    /// Lets the worker finish, without waiting for it. In a forked child the queue may have been copied in the
    /// middle of a change, so there it is left where it is.
    fn drop(&mut self) {
        if ids::generation() == self.generation {
            self.shared.queue.retire(GRACE);
        } else {
            std::mem::forget(Arc::clone(&self.shared));
        }
    }
}
