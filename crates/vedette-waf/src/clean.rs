//! Texts that no rule minds, remembered: most of what requests hold (names of fields and headers, user agents, constant
//! values) is the same in the next one.

use std::hash::{BuildHasher, Hash, Hasher};
use std::sync::atomic::{AtomicU64, Ordering};

use foldhash::quality::RandomState;

/// Texts that are remembered: a power of two.
const SLOTS: usize = 4_096;
/// Bytes of the longest text that is remembered: longer ones hardly come again.
pub(crate) const LONGEST: usize = 512;

/// Hashes of texts with the place they were in, by a seed of this process. Newer ones take the places of older ones;
/// there is no lock, and nothing that a forked child could find half done.
pub(crate) struct Clean {
    state: RandomState,
    slots: Vec<AtomicU64>,
}

impl Clean {
    pub(crate) fn new() -> Self {
        Clean { state: RandomState::default(), slots: (0..SLOTS).map(|_| AtomicU64::new(0)).collect() }
    }

    /// What stands for a text in a place.
    pub(crate) fn key(&self, place: &impl Hash, text: &str) -> u64 {
        let mut hasher = self.state.build_hasher();
        place.hash(&mut hasher);
        hasher.write(text.as_bytes());
        hasher.finish()
    }

    pub(crate) fn has(&self, key: u64) -> bool {
        self.slots[slot(key)].load(Ordering::Relaxed) == key
    }

    pub(crate) fn add(&self, key: u64) {
        self.slots[slot(key)].store(key, Ordering::Relaxed);
    }
}

fn slot(key: u64) -> usize {
    key as usize % SLOTS
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_known_in_its_place_alone() {
        let clean = Clean::new();
        let key = clean.key(&("a", 1), "text");
        assert!(!clean.has(key));
        clean.add(key);
        assert!(clean.has(key) && clean.has(clean.key(&("a", 1), "text")));
        assert!(!clean.has(clean.key(&("b", 1), "text")) && !clean.has(clean.key(&("a", 1), "texts")));
    }
}
