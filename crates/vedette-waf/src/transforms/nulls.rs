//! `removeNulls`: NUL characters, which some parsers skip and others stop at.

pub(super) fn remove(text: &str) -> Option<String> {
    Some(text.replace('\0', ""))
}
