//! `pathTail`: our own; of an address line, the path from its first segment on that is no plain name, without the query.
//! Empty for most paths.

pub(super) fn tail(text: &str) -> Option<String> {
    let path = text.split(['?', '#']).next().unwrap_or_default();
    let Some(marked) = path.bytes().position(|byte| !is_plain(byte)) else { return Some(String::new()) };
    let start = path[..marked].rfind('/').map_or(0, |slash| slash + 1);
    Some(path[start..].to_owned())
}

fn is_plain(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || !byte.is_ascii() || b"/-_.~,@+:".contains(&byte)
}
