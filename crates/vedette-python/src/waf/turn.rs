//! A request's state, which one thread at a time has for itself.

use std::sync::Mutex;
use std::time::Duration;

use pyo3::prelude::*;
use vedette_model::ids;
use vedette_waf::Request;

/// Between two looks whether another thread has brought the state back.
const WAIT: Duration = Duration::from_micros(50);

/// Whoever evaluates takes the state out meanwhile instead of holding a lock: another thread may fork while this one
/// works without the interpreter lock, and in the child nobody would ever open what it had locked.
pub(super) struct Turn(Mutex<Slot>);

enum Slot {
    Here(Box<Request>),
    /// With a thread of the process of that generation.
    Away(u64),
}

/// The state while it is out; comes back however the work ends.
struct Taken<'a> {
    turn: &'a Turn,
    request: Option<Box<Request>>,
}

impl Turn {
    pub(super) fn new(request: Request) -> Turn {
        Turn(Mutex::new(Slot::Here(Box::new(request))))
    }

    /// Does `work` with the state, without the interpreter lock if it `takes_long`. None in a child of a process that
    /// forked while a thread, which the child does not have, was at it.
    pub(super) fn with<T: Send>(
        &self,
        py: Python<'_>,
        takes_long: bool,
        work: impl FnOnce(&mut Request) -> T + Send,
    ) -> Option<T> {
        let mut taken = self.take(py)?;
        let request = taken.request.as_deref_mut()?;
        Some(if takes_long { py.detach(|| work(request)) } else { work(request) })
    }

    fn take(&self, py: Python<'_>) -> Option<Taken<'_>> {
        loop {
            match self.swap(Slot::Away(ids::generation())) {
                Slot::Here(request) => return Some(Taken { turn: self, request: Some(request) }),
                Slot::Away(generation) => {
                    self.swap(Slot::Away(generation));
                    if generation != ids::generation() {
                        return None;
                    }
                    py.detach(|| std::thread::sleep(WAIT));
                }
            }
        }
    }

    fn swap(&self, other: Slot) -> Slot {
        std::mem::replace(&mut *self.0.lock().unwrap_or_else(|p| p.into_inner()), other)
    }
}

impl Drop for Taken<'_> {
    fn drop(&mut self) {
        if let Some(request) = self.request.take() {
            self.turn.swap(Slot::Here(request));
        }
    }
}
