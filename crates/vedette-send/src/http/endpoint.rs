//! The address of a backend, understood once.

use std::path::PathBuf;

use ureq::http::Uri;

use crate::config::Error;
use crate::redact::without_user_info;

/// Where requests go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Endpoint {
    /// Scheme, host, port and path, without a slash at the end.
    pub base: String,
    /// The Unix socket to speak through, if any.
    pub socket: Option<PathBuf>,
}

impl Endpoint {
    /// Understands `http://`, `https://` and `unix://` addresses.
    pub fn parse(url: &str) -> Result<Endpoint, Error> {
        let error = |why| Error::Url(without_user_info(url).into_owned(), why);
        if let Some(path) = url.strip_prefix("unix://") {
            return unix(path).map_err(error);
        }
        let uri: Uri = url.trim().parse().map_err(|_| error("not an address"))?;
        if !matches!(uri.scheme_str(), Some("http" | "https")) {
            return Err(error("it must begin with http://, https:// or unix://"));
        }
        if uri.host().is_none_or(str::is_empty) {
            return Err(error("there is no host in it"));
        }
        Ok(Endpoint { base: url.trim().trim_end_matches('/').to_string(), socket: None })
    }
}

fn unix(path: &str) -> Result<Endpoint, &'static str> {
    if !cfg!(unix) {
        return Err("this platform has no Unix sockets");
    }
    if !path.starts_with('/') {
        return Err("the path of a Unix socket must be absolute");
    }
    Ok(Endpoint { base: "http://localhost".to_string(), socket: Some(path.into()) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_of_all_kinds_are_understood() {
        let base = |url| Endpoint::parse(url).unwrap().base;
        assert_eq!(base("http://localhost:8126"), "http://localhost:8126");
        assert_eq!(base("http://localhost:8126/"), "http://localhost:8126");
        assert_eq!(base("http://[::1]:8126/agent/"), "http://[::1]:8126/agent");
        assert_eq!(base("https://collector/v1/traces"), "https://collector/v1/traces");
    }

    #[cfg(unix)]
    #[test]
    fn unix_sockets_keep_their_path() {
        let endpoint = Endpoint::parse("unix:///var/run/datadog/apm.socket").unwrap();
        assert_eq!(endpoint.socket, Some("/var/run/datadog/apm.socket".into()));
        assert_eq!(endpoint.base, "http://localhost");
    }

    #[test]
    fn what_is_no_address_is_refused_without_telling_passwords() {
        for url in ["", "localhost:8126", "ftp://host/", "http://", "unix://relative", "http://a b/"] {
            assert!(Endpoint::parse(url).is_err(), "{url}");
        }
        let text = Endpoint::parse("ftp://me:secret@host/").unwrap_err().to_string();
        assert!(!text.contains("secret"), "{text}");
    }
}
