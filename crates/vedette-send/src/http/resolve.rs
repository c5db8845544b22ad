//! Name resolution on the worker's own thread. ureq's resolver starts a second thread for each
//! lookup, and an application that asked for one library must not find threads coming and going.

use std::net::ToSocketAddrs;

use ureq::http::Uri;
use ureq::unversioned::resolver::{ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::NextTimeout;
use ureq::Error;

/// As many addresses as ureq keeps.
const MOST_ADDRESSES: usize = 16;

/// Looks names up where it is called. A name server that does not answer holds up the worker, and
/// nobody else: those who wait for the worker stop waiting by themselves.
#[derive(Debug)]
pub(super) struct BlockingResolver;

impl Resolver for BlockingResolver {
    fn resolve(
        &self,
        uri: &Uri,
        _: &ureq::config::Config,
        _: NextTimeout,
    ) -> Result<ResolvedSocketAddrs, Error> {
        let port = uri.port_u16().unwrap_or(if uri.scheme_str() == Some("https") { 443 } else { 80 });
        let host = uri.host().ok_or(Error::HostNotFound)?;
        let host = host.trim_start_matches('[').trim_end_matches(']');
        let mut found = self.empty();
        (host, port).to_socket_addrs()?.take(MOST_ADDRESSES).for_each(|address| found.push(address));
        if found.is_empty() {
            return Err(Error::HostNotFound);
        }
        Ok(found)
    }
}

/// For Unix sockets, where no name is ever looked up.
#[cfg(unix)]
#[derive(Debug)]
pub(super) struct NoResolver;

#[cfg(unix)]
impl Resolver for NoResolver {
    fn resolve(
        &self,
        _: &Uri,
        _: &ureq::config::Config,
        _: NextTimeout,
    ) -> Result<ResolvedSocketAddrs, Error> {
        let mut found = self.empty();
        found.push(std::net::SocketAddr::from(([127, 0, 0, 1], 0)));
        Ok(found)
    }
}
