//! Addresses: user information goes, and secrets in the query string.

use std::borrow::Cow;

use super::secrets::Secrets;

/// The address without user information, and with the secrets of its query string hidden.
pub(super) fn redact<'a>(address: &'a str, secrets: &mut Secrets) -> Cow<'a, str> {
    let bare = without_user_info(address);
    let Some((path, query)) = bare.split_once('?') else { return bare };
    match secrets.redact(query) {
        Cow::Borrowed(_) => bare,
        Cow::Owned(query) => Cow::Owned(format!("{path}?{query}")),
    }
}

/// The address without `user:password@`.
pub(crate) fn without_user_info(address: &str) -> Cow<'_, str> {
    let Some(start) = address.find("//").map(|at| at + 2) else { return Cow::Borrowed(address) };
    let end = address[start..].find(['/', '?', '#']).map_or(address.len(), |at| start + at);
    match address[start..end].rfind('@') {
        None => Cow::Borrowed(address),
        Some(at) => Cow::Owned([&address[..start], &address[start + at + 1..]].concat()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn user_information_is_cut_and_nothing_else() {
        let cases = [
            ("http://me:p@ss@host:80/a@b?c=d@e", "http://host:80/a@b?c=d@e"),
            ("https://token@host", "https://host"),
            ("http://host/a@b", "http://host/a@b"),
            ("http://host?x=a@b", "http://host?x=a@b"),
            ("//me@host/", "//host/"),
            ("/path?x=//me@host", "/path?x=//host"),
            ("not an address", "not an address"),
            ("", ""),
        ];
        for (address, expected) in cases {
            assert_eq!(without_user_info(address), expected);
        }
    }
}
