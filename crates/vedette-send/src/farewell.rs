//! The process is about to be killed: what is written in full counts, answers are not waited for.
//!
//! A backend may take seconds to answer, and what is finished meanwhile waits. A process that dies by a signal has not
//! that time. The word is given from a signal handler, so it is one atomic and nothing else.

use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::time::Duration;

/// How long an answer is waited for before looking whether the process is to end. Also what each backend that does not
/// answer costs of the time left then.
pub(crate) const PATIENCE: Duration = Duration::from_millis(25);

static SAID: AtomicBool = AtomicBool::new(false);

/// Makes the workers of this process hand over what they have without waiting for answers. Async-signal-safe; there is
/// no way back, so it is for a process that has less than a second to live.
pub fn farewell() {
    SAID.store(true, Relaxed);
}

/// Whether it was said.
pub(crate) fn is_said() -> bool {
    SAID.load(Relaxed)
}
