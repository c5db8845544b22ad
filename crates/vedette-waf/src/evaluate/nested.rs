//! JSON within a text, as queues, cookies and forms carry it: judged by its names and values, not as a text.

use crate::data::Data;
use crate::limits::Limits;
use crate::raw;

/// The JSON that a value is, if it is a text that is one.
pub(super) fn within(data: &Data, limits: Limits) -> Option<Data> {
    let Data::Str(text) = data else { return None };
    read(text, limits)
}

/// The object or list that a text is, if it is one with text in it.
pub(crate) fn read(text: &str, limits: Limits) -> Option<Data> {
    let text = text.trim();
    let is_container = matches!(text.as_bytes(), [b'{', .., b'}'] | [b'[', .., b']']);
    if !is_container || !text.contains('"') || text.len() > limits.string_bytes {
        return None;
    }
    raw::json(text.as_bytes(), limits).map(|parsed| parsed.data)
}
