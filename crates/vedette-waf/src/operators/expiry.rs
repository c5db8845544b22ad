//! Entries of lists that count until a time.

use std::time::{SystemTime, UNIX_EPOCH};

/// Whether an entry still counts; `until` is in seconds since the epoch.
pub(super) fn counts(until: u64) -> bool {
    // Most entries have no end: the clock is not asked for them.
    until == u64::MAX || SystemTime::now().duration_since(UNIX_EPOCH).is_ok_and(|now| now.as_secs() < until)
}
