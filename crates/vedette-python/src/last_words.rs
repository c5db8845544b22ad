//! Ends that run no Python any more: a signal that kills, a C program that embeds Python and exits (uWSGI).
//!
//! Nothing is sent from here: the worker thread does that by itself, at most 20 ms after a trace was finished. These
//! handlers only give it the moment that it needs, and take no lock, since anything may be interrupted.

use std::sync::atomic::{AtomicPtr, AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Once};
use std::time::Duration;

use pyo3::prelude::*;
use vedette_model::ids;
use vedette_send::farewell;

/// Chunks of this process's exporter that are not sent yet.
static PENDING: AtomicPtr<AtomicU64> = AtomicPtr::new(std::ptr::null_mut());
/// The process that they are of: a forked child inherits the pointer, but has nothing pending.
static OWNER: AtomicU64 = AtomicU64::new(u64::MAX);
static AT_EXIT: Once = Once::new();

/// Longest delay of a death by SIGTERM.
const KILLED: Duration = Duration::from_millis(300);
/// Longest delay of an exit; Python's own exit handlers have normally sent everything before.
const EXITED: Duration = Duration::from_millis(800);
const STEP: Duration = Duration::from_millis(1);

/// Gives the worker of this process its moment. `pending` counts what it has not sent.
pub fn watch(pending: Arc<AtomicU64>) {
    // Never freed: a signal may be handled at any time. One number per process.
    PENDING.store(Arc::into_raw(pending).cast_mut(), Relaxed);
    OWNER.store(ids::generation(), Relaxed);
    #[cfg(unix)]
    {
        AT_EXIT.call_once(|| {
            // SAFETY: the handler is a plain function without captured state, valid as long as the module, which is
            // never unloaded.
            unsafe {
                libc::atexit(exited);
            }
        });
        watch_sigterm();
    }
}

/// Puts the watch on again where the application has set the default back (uvicorn does, and then raises the signal
/// again); to Python the signal keeps its default. Nothing happens before anything was sent.
#[pyfunction]
#[pyo3(name = "watch_sigterm")]
pub fn watch_sigterm_again() {
    #[cfg(unix)]
    if OWNER.load(Relaxed) == ids::generation() {
        watch_sigterm();
    }
}

/// What could be sent was sent, or was waited for long enough: nothing more is waited for.
pub fn said() {
    OWNER.store(u64::MAX, Relaxed);
}

/// Waits until nothing is pending, or `most` has passed; backends that are slow to answer hold up nothing any more. Async-signal-safe: atomics and `nanosleep`.
#[cfg(unix)]
fn wait(most: Duration) {
    let pending = PENDING.load(Relaxed);
    if pending.is_null() || OWNER.load(Relaxed) != ids::generation() {
        return;
    }
    let step = libc::timespec { tv_sec: 0, tv_nsec: STEP.as_nanos() as libc::c_long };
    for _ in 0..most.as_millis() / STEP.as_millis() {
        // SAFETY: the pointer came from `Arc::into_raw` and is never freed; `step` outlives the call.
        unsafe {
            if (*pending).load(Relaxed) == 0 {
                return;
            }
            farewell();
            libc::nanosleep(&step, std::ptr::null_mut());
        }
    }
}

#[cfg(unix)]
extern "C" fn exited() {
    wait(EXITED);
}

/// Only where SIGTERM would kill without a word. Whoever sets a handler later replaces this one.
#[cfg(unix)]
fn watch_sigterm() {
    // SAFETY: both structures are plain data for which zeroes are valid, and outlive the calls; the handler is
    // async-signal-safe.
    unsafe {
        let mut current: libc::sigaction = std::mem::zeroed();
        if libc::sigaction(libc::SIGTERM, std::ptr::null(), &mut current) != 0
            || current.sa_sigaction != libc::SIG_DFL
        {
            return;
        }
        let mut ours: libc::sigaction = std::mem::zeroed();
        ours.sa_sigaction = killed as extern "C" fn(libc::c_int) as libc::sighandler_t;
        ours.sa_flags = libc::SA_RESETHAND;
        libc::sigaction(libc::SIGTERM, &ours, std::ptr::null_mut());
    }
}

/// SIGTERM, about to kill: waits, then lets it.
#[cfg(unix)]
extern "C" fn killed(signal: libc::c_int) {
    wait(KILLED);
    // SAFETY: the disposition is the default again (SA_RESETHAND); the signal is delivered when this returns.
    unsafe {
        libc::raise(signal);
    }
}
