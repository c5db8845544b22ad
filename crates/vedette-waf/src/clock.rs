//! The processor time of an evaluation, without what is done once in a process: a first request is inspected as far as
//! any other.

use std::cell::Cell;
use std::time::Duration;

use cpu_time::ThreadTime;

thread_local! {
    /// What this thread has spent on things that are done once.
    static ONCE: Cell<Duration> = const { Cell::new(Duration::ZERO) };
}

/// Runs since its start, while its thread does.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Clock {
    started: ThreadTime,
    once: Duration,
}

impl Clock {
    pub(crate) fn start() -> Clock {
        Clock { started: ThreadTime::now(), once: ONCE.get() }
    }

    pub(crate) fn elapsed(&self) -> Duration {
        self.started.elapsed().saturating_sub(ONCE.get() - self.once)
    }
}

/// Does what is done once, such as compiling an expression, on no evaluation's time.
pub(crate) fn once<T>(work: impl FnOnce() -> T) -> T {
    let started = ThreadTime::now();
    let made = work();
    ONCE.set(ONCE.get() + started.elapsed());
    made
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_done_once_takes_no_time() {
        let clock = Clock::start();
        let sum = once(|| (0..5_000_000_u64).fold(0, |sum, number| sum ^ std::hint::black_box(number)));
        assert!(sum < u64::MAX);
        assert!(clock.elapsed() < clock.started.elapsed());
    }
}
