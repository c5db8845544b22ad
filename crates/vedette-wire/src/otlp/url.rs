//! The parts of a URL that HTTP server spans have apart.

/// The parts of an absolute URL; empty or None where it has none.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Parts<'a> {
    pub scheme: &'a str,
    pub host: &'a str,
    pub port: Option<i64>,
    pub path: &'a str,
    pub query: &'a str,
}

/// Splits `scheme://[user@]host[:port]/path?query#fragment`; None if it does not begin so.
pub(super) fn split(url: &str) -> Option<Parts<'_>> {
    let (scheme, rest) = url.split_once("://")?;
    let rest = rest.split_once('#').map_or(rest, |(before, _)| before);
    let (rest, query) = rest.split_once('?').unwrap_or((rest, ""));
    let (authority, path) = rest.find('/').map_or((rest, ""), |at| rest.split_at(at));
    let authority = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    let (host, port) = split_port(authority);
    Some(Parts { scheme, host, port, path: if path.is_empty() { "/" } else { path }, query })
}

fn split_port(authority: &str) -> (&str, Option<i64>) {
    match authority.rsplit_once(':') {
        Some((host, port)) if !port.ends_with(']') => (host, port.parse::<u16>().ok().map(i64::from)),
        _ => (authority, None),
    }
}

/// Puts the parts together again.
pub(super) fn join(parts: &Parts) -> String {
    let Parts { scheme, host, port, path, query } = parts;
    let default = matches!((*scheme, port), ("http", Some(80)) | ("https", Some(443)));
    let port = port.filter(|_| !default).map(|port| format!(":{port}")).unwrap_or_default();
    let mark = if query.is_empty() { "" } else { "?" };
    format!("{scheme}://{host}{port}{path}{mark}{query}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls_split_and_join() {
        let urls = ["http://shop.example:8080/orders/7?full=1", "https://[::1]/a", "http://[::1]:81/?x=/y"];
        for url in urls {
            assert_eq!(join(&split(url).unwrap()), url);
        }
    }

    #[test]
    fn user_info_fragment_and_default_port_are_left_out() {
        assert_eq!(join(&split("https://me:secret@h:443#top").unwrap()), "https://h/");
        assert_eq!(split("/only/a/path"), None);
    }
}
