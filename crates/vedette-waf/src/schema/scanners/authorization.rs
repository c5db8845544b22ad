//! `Authorization` and `Proxy-Authorization`, by their scheme (RFC 9110, section 11.6.2; RFC 6750, 7617, 7616).

use crate::schema::classes::{credential, Class};

/// Whether it is one of these headers.
pub fn is_about(name: &str) -> bool {
    matches!(name, "authorization" | "proxy-authorization")
}

/// The scheme that comes first.
pub fn scan(text: &str) -> Option<Class> {
    let scheme = text.split_once(' ')?.0.to_ascii_lowercase();
    match scheme.as_str() {
        "basic" => Some(credential("basic_auth")),
        "bearer" => Some(credential("bearer_token")),
        "digest" => Some(credential("digest_auth")),
        _ => None,
    }
}
