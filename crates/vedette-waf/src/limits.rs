//! How much of a request is inspected. What was left out is told with the outcome.

use std::time::Duration;

/// Bounds of one evaluation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Containers within containers.
    pub depth: usize,
    /// Values inspected per evaluation, keys not counted.
    pub elements: usize,
    /// Bytes inspected of one string: its beginning and, because attacks hide behind padding, its end.
    pub string_bytes: usize,
    /// Processor time of one evaluation: a machine that is busy with other things inspects no less. Looked at between
    /// values, so one long string may exceed it.
    pub time: Duration,
}

impl Default for Limits {
    /// Depth 20, 10,000 elements, 32 KiB of a string, 20 ms.
    fn default() -> Self {
        Limits { depth: 20, elements: 10_000, string_bytes: 32 * 1024, time: Duration::from_millis(20) }
    }
}

/// What the limits cut off: the largest original size seen of each kind, 0 where nothing was cut.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Truncated {
    /// Bytes of the longest string that was cut.
    pub string_bytes: usize,
    /// Elements of the largest container that was not inspected in full.
    pub elements: usize,
    /// The depth limit, if containers below it were left out.
    pub depth: usize,
}

impl Truncated {
    /// What either left out.
    #[must_use]
    pub fn and(self, other: Truncated) -> Truncated {
        Truncated {
            string_bytes: self.string_bytes.max(other.string_bytes),
            elements: self.elements.max(other.elements),
            depth: self.depth.max(other.depth),
        }
    }

    /// Whether anything was left out.
    pub fn any(&self) -> bool {
        *self != Truncated::default()
    }
}
