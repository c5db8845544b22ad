//! Time in nanoseconds. A trace reads the wall clock once; everything in it is placed by the
//! monotonic clock, so that durations and order survive a wall clock that is set.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::OnceLock;
use std::time::{Instant, SystemTime, UNIX_EPOCH};

static ORIGIN: OnceLock<Instant> = OnceLock::new();
/// When not 0: the next reading of either clock, which then moves on by `STEP`.
static FIXED: AtomicU64 = AtomicU64::new(0);
const STEP: u64 = 1_000;

/// Makes both clocks start at `start` and advance 1 µs with every reading (tests); 0 undoes it.
pub fn fix(start: u64) {
    FIXED.store(start, Ordering::Relaxed);
}

/// Nanoseconds since an arbitrary moment of this process; never goes back.
#[inline]
pub fn monotonic() -> u64 {
    if FIXED.load(Ordering::Relaxed) != 0 {
        return FIXED.fetch_add(STEP, Ordering::Relaxed);
    }
    ORIGIN.get_or_init(Instant::now).elapsed().as_nanos() as u64
}

/// Nanoseconds since the Unix epoch.
#[inline]
pub fn unix() -> u64 {
    if FIXED.load(Ordering::Relaxed) != 0 {
        return FIXED.load(Ordering::Relaxed);
    }
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |d| d.as_nanos() as u64)
}

/// What to add to `monotonic()` to get Unix time, as of now.
#[inline]
pub fn anchor() -> u64 {
    unix().wrapping_sub(monotonic())
}
