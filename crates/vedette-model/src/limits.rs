//! How much a span may hold. What goes over is cut or dropped, and counted.

use std::sync::atomic::{AtomicU64, Ordering};

/// Bounds of one span and its parts.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Attributes per span, link or event.
    pub attributes: usize,
    /// Bytes of one text value.
    pub text: usize,
    /// Items of one array.
    pub items: usize,
    /// Links per span.
    pub links: usize,
    /// Events per span.
    pub events: usize,
}

impl Limits {
    /// The defaults: OpenTelemetry's 128 attributes, links and events; 25,000 bytes as in the Datadog Agent.
    pub const DEFAULT: Limits =
        Limits { attributes: 128, text: 25_000, items: 1_024, links: 128, events: 128 };
}

impl Default for Limits {
    fn default() -> Self {
        Self::DEFAULT
    }
}

/// Attributes, links, events and keys that were dropped, and texts and arrays that were cut, in this process.
pub static CUT: AtomicU64 = AtomicU64::new(0);

/// Counts one drop or cut.
#[cold]
pub fn count_cut() {
    CUT.fetch_add(1, Ordering::Relaxed);
}

/// The longest prefix of `text` that has at most `bytes` bytes and ends at a character.
pub fn cut_text(text: &str, bytes: usize) -> &str {
    if text.len() <= bytes {
        return text;
    }
    count_cut();
    let end = (0..=bytes).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
    &text[..end]
}
