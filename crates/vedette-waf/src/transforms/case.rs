//! `lowercase`: ASCII letters only, as bytes beyond mean nothing to the attacks that rules look for.

pub(super) fn lower(text: &str) -> Option<String> {
    Some(text.to_ascii_lowercase())
}
