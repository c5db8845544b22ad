//! Where finished traces wait. The application pushes, the worker takes.
//!
//! The worker sleeps in two ways. *Lingering*, it lets chunks gather for a moment, and pushes leave it alone:
//! waking a thread costs the pusher ten times as much as the push. *Idle*, it waits to be woken by the next push;
//! that is when nothing came for a while.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Condvar, Mutex, MutexGuard};
use std::time::{Duration, Instant};

use vedette_model::Chunk;

/// Time between two takes under lasting load, and with it what a killed process can lose. A take costs 100 to 200 µs of
/// CPU (`examples/cost.rs`: waking, a request, its answer), so 50 a second cost under 1 % of a core. With 50 ms it would
/// be 0.4 %, for two and a half times the loss; with 10 ms 2 %.
pub(crate) const LINGER: Duration = Duration::from_millis(20);

/// How much of that time a worker may borrow: after quiet, ten takes follow one another at once, so that a short burst of
/// work leaves as it comes, and only lasting load is slowed down to one take in [`LINGER`].
pub(crate) const CREDIT: Duration = Duration::from_millis(200);

/// After idleness, how long the first chunk waits for company: a request that ends several traces
/// sends them together.
pub(crate) const FIRST: Duration = Duration::from_millis(2);

/// At the end, how long the worker may keep what waits waiting before another is started.
const STUCK: Duration = Duration::from_millis(100);

/// Chunks waiting for the worker, bounded by bytes.
pub(crate) struct Queue {
    state: Mutex<State>,
    /// The worker waits here.
    wake: Condvar,
    /// Those who flush or shut down wait here.
    done: Condvar,
    most_bytes: usize,
    /// Chunks that are not settled, for those who may take no lock.
    pending: Arc<AtomicU64>,
}

#[derive(Default)]
struct State {
    chunks: VecDeque<(Chunk, usize)>,
    bytes: usize,
    /// Chunks ever pushed.
    pushed: u64,
    /// Of these, how many are no longer the worker's business: sent or dropped.
    settled: u64,
    worker: Worker,
    /// Somebody waits for everything to leave: no lingering.
    urgent: bool,
    /// Threads that wait on `done`; telling nobody costs a system call as well.
    waiting: usize,
    /// No later than this the worker is to end.
    close_by: Option<Instant>,
}

/// What the worker does.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Worker {
    /// Not started.
    #[default]
    None,
    /// Waits for a push.
    Idle,
    /// Works or lingers.
    Busy,
    /// Has ended, and no other will be started.
    Gone,
}

/// What became of a push.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Pushed {
    /// It waits.
    Queued,
    /// It waits, and the worker is to be started: nobody else was told.
    First,
    /// There is no room.
    Full,
    /// There is no worker any more.
    Closed,
}

/// What the worker is to do next.
#[derive(Default)]
pub(crate) struct Order {
    /// Chunks to send; may be none.
    pub chunks: Vec<Chunk>,
    /// To be given to [`Queue::settle`] when these and all before them are sent or dropped.
    pub ticket: u64,
    /// Whether more chunks wait.
    pub more: bool,
    /// Somebody waits: try now what would be tried later.
    pub urgent: bool,
    /// This is the end: finish until then.
    pub close_by: Option<Instant>,
}

impl Queue {
    pub fn new(most_bytes: usize) -> Queue {
        let pending = Arc::default();
        Queue { state: Mutex::default(), wake: Condvar::new(), done: Condvar::new(), most_bytes, pending }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }

    /// Adds a chunk, if it fits.
    pub fn push(&self, chunk: Chunk) -> Pushed {
        let bytes = chunk.bytes();
        let mut state = self.lock();
        if state.worker == Worker::Gone {
            return Pushed::Closed;
        }
        if state.bytes + bytes > self.most_bytes {
            return Pushed::Full;
        }
        state.bytes += bytes;
        state.pushed += 1;
        state.chunks.push_back((chunk, bytes));
        self.pending.store(state.pushed - state.settled, Relaxed);
        self.tell_worker(state)
    }

    fn tell_worker(&self, mut state: MutexGuard<'_, State>) -> Pushed {
        let before = std::mem::replace(&mut state.worker, Worker::Busy);
        drop(state);
        match before {
            Worker::None => return Pushed::First,
            Worker::Idle => self.wake.notify_one(),
            Worker::Busy | Worker::Gone => {}
        }
        Pushed::Queued
    }

    /// The worker's wait: not before `free`, then until `due`, or until there is something to take and `room` for it.
    /// Takes about `most_bytes` at a time.
    pub fn next(&self, free: Instant, due: Option<Instant>, room: bool, most_bytes: usize) -> Order {
        let state = self.linger(self.lock(), free);
        let mut state = self.idle(state, due, room);
        state.worker = Worker::Busy;
        let chunks = if room || state.close_by.is_some() { state.take(most_bytes) } else { Vec::new() };
        Order {
            chunks,
            ticket: state.pushed - state.chunks.len() as u64,
            more: !state.chunks.is_empty(),
            urgent: std::mem::take(&mut state.urgent),
            close_by: state.close_by,
        }
    }

    /// Sleeps until `until`, woken only by a flush or the end.
    fn linger<'a>(&self, mut state: MutexGuard<'a, State>, until: Instant) -> MutexGuard<'a, State> {
        state.worker = Worker::Busy;
        while !state.hurries() {
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                break;
            }
            state = self.wait(&self.wake, state, left);
        }
        state
    }

    /// Sleeps while there is nothing to do, then gives the first chunk a moment for company.
    fn idle<'a>(
        &self,
        mut state: MutexGuard<'a, State>,
        due: Option<Instant>,
        room: bool,
    ) -> MutexGuard<'a, State> {
        while !state.hurries() && (state.chunks.is_empty() || !room) {
            let left = due.map_or(FOREVER, |due| due.saturating_duration_since(Instant::now()));
            if left.is_zero() {
                return state;
            }
            state.worker = if room { Worker::Idle } else { Worker::Busy };
            state = self.wait(&self.wake, state, left);
            if room && !state.chunks.is_empty() {
                return self.linger(state, Instant::now() + FIRST);
            }
        }
        state
    }

    fn wait<'a>(&self, on: &Condvar, state: MutexGuard<'a, State>, most: Duration) -> MutexGuard<'a, State> {
        on.wait_timeout(state, most).unwrap_or_else(|poisoned| poisoned.into_inner()).0
    }

    /// Tells that all chunks up to `ticket` are sent or dropped.
    pub fn settle(&self, ticket: u64) {
        let mut state = self.lock();
        state.settled = state.settled.max(ticket);
        self.pending.store(state.pushed - state.settled, Relaxed);
        let waiting = state.waiting > 0;
        drop(state);
        if waiting {
            self.done.notify_all();
        }
    }

    /// Waits until all that was pushed so far is settled; false if it took too long.
    pub fn flush(&self, timeout: Duration) -> bool {
        let mut state = self.lock();
        let ticket = state.pushed;
        state.urgent |= state.settled < ticket;
        self.wake.notify_one();
        self.wait_until(state, timeout, |state| state.settled >= ticket || state.worker == Worker::Gone);
        self.lock().settled >= ticket
    }

    /// Makes the worker finish, and waits for it; false if it took too long. Later pushes are refused. When the
    /// worker does not come to take what waits (a slow backend holds it), `help` is called to start another.
    pub fn close(&self, timeout: Duration, help: impl FnOnce()) -> bool {
        self.retire(timeout);
        let gone = |state: &State| state.worker == Worker::Gone;
        let first = timeout.min(STUCK);
        if self.wait_until(self.lock(), first, gone) {
            return true;
        }
        if !self.lock().chunks.is_empty() {
            help();
        }
        self.wait_until(self.lock(), timeout - first, gone)
    }

    /// How many chunks are neither sent nor dropped.
    pub fn pending(&self) -> Arc<AtomicU64> {
        Arc::clone(&self.pending)
    }

    /// Makes the worker finish within `grace`. Later pushes are refused once it has.
    pub fn retire(&self, grace: Duration) {
        let mut state = self.lock();
        if matches!(state.worker, Worker::None | Worker::Gone) {
            state.worker = Worker::Gone;
        } else {
            state.close_by.get_or_insert(Instant::now() + grace);
            self.wake.notify_one();
        }
    }

    fn wait_until(
        &self,
        mut state: MutexGuard<'_, State>,
        timeout: Duration,
        done: impl Fn(&State) -> bool,
    ) -> bool {
        let until = Instant::now() + timeout;
        state.waiting += 1;
        while !done(&state) && Instant::now() < until {
            let left = until.saturating_duration_since(Instant::now());
            state = self.wait(&self.done, state, left);
        }
        state.waiting -= 1;
        done(&state)
    }

    /// Takes back that a worker was started: there was no thread to be had.
    pub fn not_started(&self) {
        self.lock().worker = Worker::None;
    }

    /// Marks that there is no worker (any more). Returns what it leaves behind.
    pub fn gone(&self) -> Vec<Chunk> {
        let mut state = self.lock();
        state.worker = Worker::Gone;
        let left = state.take(usize::MAX);
        state.settled = state.pushed;
        self.pending.store(0, Relaxed);
        drop(state);
        self.done.notify_all();
        left
    }

    /// Bytes that wait.
    pub fn bytes(&self) -> usize {
        self.lock().bytes
    }
}

/// Longer than anybody waits; some platforms reject `Duration::MAX`.
const FOREVER: Duration = Duration::from_secs(24 * 3600);

impl State {
    fn hurries(&self) -> bool {
        self.urgent || self.close_by.is_some()
    }

    /// Takes chunks of about `most_bytes` together, at least one.
    fn take(&mut self, most_bytes: usize) -> Vec<Chunk> {
        let mut taken = 0;
        let fitting = self.chunks.iter().take_while(|(_, bytes)| {
            let fits = taken == 0 || taken + bytes <= most_bytes;
            taken += bytes;
            fits
        });
        let count = fitting.count();
        let chunks = self.chunks.drain(..count).map(|(chunk, bytes)| {
            self.bytes -= bytes;
            chunk
        });
        chunks.collect()
    }
}
