//! Keeps signals away from the worker: they are the application's, and its main thread waits for them.

/// Runs `start` with signals blocked, so that the thread it starts has them blocked from its first
/// instruction, and restores them. Signals that tell of a fault in the thread itself stay as they are,
/// because a blocked one would kill the process without the application's handler having run.
#[cfg(unix)]
pub fn blocked<T>(start: impl FnOnce() -> T) -> T {
    use nix::sys::signal::{SigSet, SigmaskHow, Signal};
    let mut signals = SigSet::all();
    for fault in [
        Signal::SIGSEGV,
        Signal::SIGBUS,
        Signal::SIGFPE,
        Signal::SIGILL,
        Signal::SIGABRT,
        Signal::SIGTRAP,
        Signal::SIGSYS,
    ] {
        signals.remove(fault);
    }
    let before = signals.thread_swap_mask(SigmaskHow::SIG_BLOCK);
    let result = start();
    if let Ok(before) = before {
        let _ = before.thread_set_mask();
    }
    result
}

/// This platform delivers no signals to threads.
#[cfg(not(unix))]
pub fn blocked<T>(start: impl FnOnce() -> T) -> T {
    start()
}
