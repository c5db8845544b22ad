//! Statistics computed here, before sampling drops anything (`/v0.6/stats`).

use std::time::{Duration, Instant};

use vedette_model::{clock, Chunk, Process};
use vedette_trace::stats::{Concentrator, BUCKET};
use vedette_wire::stats::encode;

use super::info::Info;

/// Time between two payloads: that of a bucket.
const EVERY: Duration = Duration::from_nanos(BUCKET);
/// Buckets that may hold something after the last trace: its own, and the one that stays open for late ones.
const BUCKETS_OPEN: u32 = 3;

/// Statistics for one Agent.
pub(super) struct Stats {
    concentrator: Concentrator,
    /// Whether the settings want them.
    wanted: bool,
    /// Whether the Agent takes them; None as long as it has not been asked.
    offered: Option<bool>,
    next: Instant,
    /// After this there is nothing left to send: an idle process is not woken.
    until: Option<Instant>,
}

impl Stats {
    pub fn new(wanted: bool) -> Stats {
        Stats {
            concentrator: Concentrator::default(),
            wanted,
            offered: None,
            next: Instant::now(),
            until: None,
        }
    }

    /// Whether the Agent is to be told that it need not compute them.
    pub fn are_sent(&self) -> bool {
        self.wanted && self.offered == Some(true)
    }

    /// Takes what the Agent says. What was counted for one that does not want it is forgotten.
    pub fn heed(&mut self, info: &Info) {
        self.offered = Some(info.stats);
        if info.stats {
            self.concentrator.set_peer_tags(&info.peer_tags);
        } else {
            self.concentrator = Concentrator::default();
            self.until = None;
        }
    }

    /// Counts chunks, unless it is known that nobody wants it.
    pub fn add(&mut self, chunks: &[Chunk], process: &Process) {
        if !self.are_sent() || chunks.is_empty() {
            return;
        }
        let now = Instant::now();
        if self.until.is_none() {
            self.next = now + EVERY;
        }
        self.until = Some(now + EVERY * BUCKETS_OPEN);
        chunks.iter().for_each(|chunk| self.concentrator.add(chunk, process));
    }

    /// When the next payload may be ready.
    pub fn due(&self) -> Option<Instant> {
        self.until.map(|_| self.next)
    }

    /// A payload, if one is ready; at the end with all that there is.
    pub fn take(&mut self, last: bool, process: &Process) -> Option<Vec<u8>> {
        let now = Instant::now();
        if self.until.is_none() || !(last || now >= self.next) {
            return None;
        }
        self.next = now + EVERY;
        self.until = self.until.filter(|until| !last && now < *until);
        let payload = self.concentrator.flush(clock::unix(), last, process)?;
        self.are_sent().then(|| encode(&payload))
    }
}
