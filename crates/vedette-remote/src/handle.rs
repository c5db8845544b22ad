//! A client from outside: starting it, stopping it without waiting for it, and what it has done.

use std::io;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard};
use std::thread::Builder;
use std::time::{Duration, Instant};

use vedette_send::blocked;

use crate::client::Client;
use crate::host::{Host, Settings};

/// The interpreter may run anything when a change is applied; only what is used of it is memory.
const STACK: usize = 2 << 20;

/// Counts of what happened.
#[derive(Debug, Default)]
pub struct Status {
    /// Questions that were answered.
    pub answers: AtomicU64,
    /// Questions that were not, or with an error.
    pub failures: AtomicU64,
    /// Answers that could not be believed.
    pub refused: AtomicU64,
    /// Changes that were put in force.
    pub changes: AtomicU64,
    /// Panics that were caught.
    pub panics: AtomicU64,
    /// What went wrong last.
    pub last_error: Mutex<String>,
}

/// A client at work.
#[derive(Clone)]
pub struct Handle(Arc<Shared>);

/// What a client and its handle share.
#[derive(Default)]
pub(crate) struct Shared {
    pub(crate) status: Status,
    stopped: AtomicBool,
    /// Whether the host is at work.
    applying: AtomicBool,
    lock: Mutex<()>,
    changed: Condvar,
}

/// Starts a client. Its thread ends with `Handle::stop`.
///
/// # Errors
/// If the address can't be understood, or no thread can be had.
pub fn start(settings: Settings, host: Box<dyn Host>) -> io::Result<Handle> {
    let shared = Arc::new(Shared::default());
    let mut client = Client::new(settings, host, Arc::clone(&shared)).map_err(io::Error::other)?;
    let builder = Builder::new().name("vedette-remote".to_string()).stack_size(STACK);
    blocked(move || builder.spawn(move || client.run()))?;
    Ok(Handle(shared))
}

impl Handle {
    /// Ends the client; waits only for a host that is at work, and for it at most `patience`.
    pub fn stop(&self, patience: Duration) {
        let shared = &self.0;
        shared.stopped.store(true, Ordering::SeqCst);
        let guard = shared.locked();
        shared.changed.notify_all();
        let busy = |(): &mut ()| shared.applying.load(Ordering::SeqCst);
        drop(shared.changed.wait_timeout_while(guard, patience, busy));
    }

    /// What happened so far.
    pub fn status(&self) -> &Status {
        &self.0.status
    }
}

impl Shared {
    pub(crate) fn is_stopped(&self) -> bool {
        self.stopped.load(Ordering::SeqCst)
    }

    /// Waits that long, or until the client is stopped.
    pub(crate) fn rest(&self, pause: Duration) {
        let until = Instant::now() + pause;
        let mut guard = self.locked();
        while !self.is_stopped() {
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return;
            }
            guard = match self.changed.wait_timeout(guard, left) {
                Ok((guard, _)) => guard,
                Err(poisoned) => poisoned.into_inner().0,
            };
        }
    }

    /// Has the host do something, which the end of the process waits for; None if it has come already.
    pub(crate) fn at_work<T>(&self, work: impl FnOnce() -> Option<T>) -> Option<T> {
        self.applying.store(true, Ordering::SeqCst);
        let _done = Done(self);
        if self.is_stopped() {
            None
        } else {
            work()
        }
    }

    pub(crate) fn complain(&self, why: &str) {
        let mut last = self.status.last_error.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        why.clone_into(&mut last);
    }

    fn locked(&self) -> MutexGuard<'_, ()> {
        self.lock.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }
}

/// The host has done its work, also if it panicked.
struct Done<'a>(&'a Shared);

impl Drop for Done<'_> {
    fn drop(&mut self) {
        let _guard = self.0.locked();
        self.0.applying.store(false, Ordering::SeqCst);
        self.0.changed.notify_all();
    }
}
