//! Which certificates are trusted.

use std::path::Path;
use std::sync::Arc;

use ureq::tls::{parse_pem, PemItem, RootCerts, TlsConfig};

/// TLS by rustls with ring, trusting the platform's certificates or those of a PEM file.
/// Touches the file only when there is one; the platform's store is read by the first connection.
pub(super) fn config(certificate: Option<&Path>) -> Result<TlsConfig, String> {
    let roots = match certificate {
        None => RootCerts::PlatformVerifier,
        Some(path) => from_file(path).map_err(|why| format!("{}: {why}", path.display()))?,
    };
    Ok(TlsConfig::builder()
        .root_certs(roots)
        .unversioned_rustls_crypto_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .build())
}

fn from_file(path: &Path) -> Result<RootCerts, String> {
    let pem = std::fs::read(path).map_err(|error| error.to_string())?;
    let found: Vec<_> = parse_pem(&pem)
        .filter_map(|item| match item {
            Ok(PemItem::Certificate(certificate)) => Some(certificate),
            _ => None,
        })
        .collect();
    if found.is_empty() {
        return Err("no certificate in it".to_string());
    }
    Ok(RootCerts::new_with_certs(&found))
}
