//! E-mail addresses: the whole string is one (RFC 5321, section 4.1.2, without quoted local parts and address literals).

use crate::schema::classes::{personal, Class};
use crate::schema::words::Words;

pub fn scan(_: &Words, text: &str) -> Option<Class> {
    let coded = text.contains("%40").then(|| text.replacen("%40", "@", 1));
    is_address(coded.as_deref().unwrap_or(text)).then(|| personal("email"))
}

/// Whether the whole text is an address.
pub fn is_address(text: &str) -> bool {
    let Some((local, domain)) = text.rsplit_once('@') else { return false };
    text.len() <= 254
        && !local.is_empty()
        && local.len() <= 64
        && local.bytes().all(is_local)
        && is_domain(domain)
}

fn is_local(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!#$%&'*+-/=?^_`{|}~.".contains(&byte)
}

fn is_domain(domain: &str) -> bool {
    let is_label = |label: &str| {
        !label.is_empty()
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    };
    let top = domain.rsplit('.').next().unwrap_or("");
    domain.contains('.')
        && domain.split('.').all(is_label)
        && top.len() >= 2
        && !top.bytes().any(|b| b.is_ascii_digit())
}
