//! `urlPath` and `urlQuerystring`: one part of a URI (RFC 3986, 3).

/// Without query and fragment.
pub(super) fn path(text: &str) -> Option<String> {
    text.find(['?', '#']).map(|end| text[..end].to_owned())
}

/// Between `?` and `#`; empty where there is none.
pub(super) fn query(text: &str) -> Option<String> {
    let whole = text.split('#').next().unwrap_or_default();
    Some(whole.split_once('?').map_or_else(String::new, |(_, query)| query.to_owned()))
}
