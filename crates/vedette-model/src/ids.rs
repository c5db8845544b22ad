//! Trace and span ids: random, unique across forks, and fixable for snapshot tests.

use std::cell::Cell;
use std::sync::atomic::{AtomicU64, Ordering};

/// A 128-bit trace id (W3C trace context, section 3.2.2.3); 0 is invalid.
pub type TraceId = u128;
/// A 64-bit span id; 0 is invalid.
pub type SpanId = u64;

/// Counts forks: bumped in every child, so that inherited state is recognised without asking for the process id.
static GENERATION: AtomicU64 = AtomicU64::new(0);
/// When not 0, ids count up from here instead of being random.
static FIXED: AtomicU64 = AtomicU64::new(0);

thread_local! {
    static STATE: Cell<(u64, u64)> = const { Cell::new((u64::MAX, 0)) };
}

/// How many forks lie between the first process and this one.
#[inline]
pub fn generation() -> u64 {
    GENERATION.load(Ordering::Relaxed)
}

/// Tells that this is a new process. Safe in a fork handler: one atomic add, no lock.
pub fn forked() {
    GENERATION.fetch_add(1, Ordering::Relaxed);
}

/// Makes ids count up from `start` (tests); 0 makes them random again.
pub fn fix(start: u64) {
    FIXED.store(start, Ordering::Relaxed);
}

/// A new span id: 63 bits, because some consumers of the Datadog format read ids as signed.
#[inline]
pub fn span_id() -> SpanId {
    if FIXED.load(Ordering::Relaxed) != 0 {
        return FIXED.fetch_add(1, Ordering::Relaxed);
    }
    loop {
        let id = random() >> 1;
        if id != 0 {
            return id;
        }
    }
}

/// A new trace id. 128-bit ids are laid out as the Datadog tracers do: 32 bits of Unix
/// seconds, 32 zero bits, 64 random bits; otherwise the upper half is zero.
#[inline]
pub fn trace_id(wide: bool, unix_seconds: u64) -> TraceId {
    let low = TraceId::from(span_id());
    if wide {
        (TraceId::from(unix_seconds as u32) << 96) | low
    } else {
        low
    }
}

/// 64 random bits, for identifiers that are not spans.
pub fn random_u64() -> u64 {
    random()
}

/// SplitMix64 per thread, seeded anew after a fork: a copied state would repeat the parent's ids.
#[inline]
fn random() -> u64 {
    STATE.with(|cell| {
        let (seeded_in, state) = cell.get();
        let now_in = generation();
        let state = if seeded_in == now_in { state } else { seed() };
        let state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        cell.set((now_in, state));
        let z = (state ^ (state >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    })
}

#[cold]
fn seed() -> u64 {
    let mut bytes = [0u8; 8];
    if getrandom::fill(&mut bytes).is_ok() {
        return u64::from_ne_bytes(bytes);
    }
    // No entropy source: process id, time and the address of a local still differ between processes and threads.
    let local = 0u8;
    let time =
        std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).map_or(0, |d| d.as_nanos() as u64);
    time ^ (u64::from(std::process::id()) << 32) ^ (&raw const local as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_differ_and_are_positive_as_signed_numbers() {
        let ids: std::collections::HashSet<_> = (0..10_000).map(|_| span_id()).collect();
        assert_eq!(ids.len(), 10_000);
        assert!(ids.iter().all(|id| *id > 0 && *id <= i64::MAX as u64));
    }

    #[test]
    fn wide_trace_ids_hold_seconds_then_zeros_then_randomness() {
        let id = trace_id(true, 0x1234_5678);
        assert_eq!((id >> 96) as u32, 0x1234_5678);
        assert_eq!((id >> 64) as u32, 0);
        assert_ne!(id as u64, 0);
        assert_eq!(trace_id(false, 1) >> 64, 0);
    }
}
