//! So many a second and no more. No locks: a thread may be forked away while it decides.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

const SECOND: u64 = 1_000_000_000;

/// A token bucket of one second's worth, and the share it let through lately.
#[derive(Debug)]
pub struct Limiter {
    /// Nanoseconds one token takes to come back; 0: everything passes.
    interval: u64,
    /// Whether nothing ever passes.
    closed: bool,
    /// When the bucket will be full again (generic cell rate algorithm: one number is the whole state).
    full_at: AtomicU64,
    /// The second being counted, then asked and passed within it.
    second: AtomicU64,
    asked: AtomicU64,
    passed: AtomicU64,
    /// Share of the second before, as bits of a float.
    before: AtomicU64,
}

impl Limiter {
    /// A limiter that lets `per_second` through; 0 lets nothing through, a negative number or NaN everything.
    pub fn new(per_second: f64) -> Limiter {
        let limited = per_second > 0.0;
        Limiter {
            interval: if limited { (SECOND as f64 / per_second) as u64 } else { 0 },
            closed: per_second == 0.0,
            full_at: AtomicU64::new(0),
            second: AtomicU64::new(0),
            asked: AtomicU64::new(0),
            passed: AtomicU64::new(0),
            before: AtomicU64::new(1f64.to_bits()),
        }
    }

    /// Whether one more may pass at `now` (nanoseconds of any steady clock).
    pub fn allow(&self, now: u64) -> bool {
        let allowed = !self.closed && (self.interval == 0 || self.take(now));
        self.count(now, allowed);
        allowed
    }

    fn take(&self, now: u64) -> bool {
        let slack = SECOND.saturating_sub(self.interval);
        let next = |full_at: u64| {
            let full_at = full_at.max(now);
            (full_at - now <= slack).then(|| full_at.saturating_add(self.interval))
        };
        self.full_at.fetch_update(Relaxed, Relaxed, next).is_ok()
    }

    fn count(&self, now: u64, allowed: bool) {
        let second = now / SECOND;
        let counted = self.second.swap(second, Relaxed);
        if counted != second {
            let gap = second.saturating_sub(counted) > 1;
            let (passed, asked) = (self.passed.swap(0, Relaxed), self.asked.swap(0, Relaxed));
            let share = if gap { 1.0 } else { share(passed, asked) };
            self.before.store(share.to_bits(), Relaxed);
        }
        self.asked.fetch_add(1, Relaxed);
        self.passed.fetch_add(u64::from(allowed), Relaxed);
    }

    /// The share that passed in this second and the one before (`_dd.limit_psr`).
    pub fn effective_rate(&self) -> f64 {
        let current = share(self.passed.load(Relaxed), self.asked.load(Relaxed));
        (current + f64::from_bits(self.before.load(Relaxed))) / 2.0
    }
}

fn share(passed: u64, asked: u64) -> f64 {
    if asked == 0 {
        1.0
    } else {
        passed.min(asked) as f64 / asked as f64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// How many of `asked` within one instant pass.
    fn burst(limiter: &Limiter, now: u64, asked: usize) -> usize {
        (0..asked).filter(|_| limiter.allow(now)).count()
    }

    #[test]
    fn a_burst_takes_one_seconds_worth() {
        for limit in [1.0, 3.0, 100.0, 1000.0] {
            assert_eq!(burst(&Limiter::new(limit), 5 * SECOND, 5000), limit as usize, "{limit}");
        }
    }

    #[test]
    fn tokens_come_back_with_time_but_never_more_than_a_seconds_worth() {
        let limiter = Limiter::new(10.0);
        assert_eq!(burst(&limiter, SECOND, 50), 10);
        assert_eq!(burst(&limiter, SECOND + SECOND / 10, 50), 1);
        assert_eq!(burst(&limiter, 100 * SECOND, 50), 10);
    }

    #[test]
    fn less_than_one_a_second_still_lets_the_first_through() {
        let limiter = Limiter::new(0.5);
        assert!(limiter.allow(SECOND));
        assert!(!limiter.allow(2 * SECOND));
        assert!(limiter.allow(3 * SECOND));
    }

    #[test]
    fn zero_closes_and_negative_opens() {
        assert_eq!(burst(&Limiter::new(0.0), SECOND, 10), 0);
        assert_eq!(burst(&Limiter::new(-1.0), SECOND, 10), 10);
        assert_eq!(burst(&Limiter::new(f64::NAN), SECOND, 10), 10);
    }

    #[test]
    fn a_clock_that_goes_back_does_no_harm() {
        let limiter = Limiter::new(2.0);
        assert_eq!(burst(&limiter, 10 * SECOND, 5), 2);
        assert_eq!(burst(&limiter, SECOND, 5), 0);
        assert_eq!(burst(&limiter, 12 * SECOND, 5), 2);
    }

    #[test]
    fn the_effective_rate_covers_this_second_and_the_last() {
        let limiter = Limiter::new(1.0);
        assert!(limiter.allow(10 * SECOND));
        assert_eq!(limiter.effective_rate(), 1.0);
        assert!(!limiter.allow(10 * SECOND));
        assert_eq!(limiter.effective_rate(), 0.75);
        assert!(limiter.allow(11 * SECOND));
        assert_eq!(limiter.effective_rate(), 0.75);
    }
}
