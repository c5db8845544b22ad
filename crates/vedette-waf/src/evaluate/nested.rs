//! JSON within a text.

use crate::data::Data;
use crate::limits::Limits;
use crate::raw;

/// The object or list that a text is, if it is one with something in it.
pub(crate) fn read(text: &str, limits: Limits) -> Option<Data> {
    let text = text.trim();
    let is_container = matches!(text.as_bytes(), [b'{', .., b'}'] | [b'[', .., b']']);
    if !is_container || !text.contains('"') || text.len() > limits.string_bytes {
        return None;
    }
    raw::json(text.as_bytes(), limits).map(|parsed| parsed.data)
}
