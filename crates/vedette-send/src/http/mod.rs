//! HTTP/1.1 over TCP, TLS and Unix sockets: one blocking client per target.

mod client;
mod endpoint;
mod headers;
mod resolve;
mod tls;
#[cfg(unix)]
mod unix;

pub(crate) use client::{Client, Failure, Reply};
pub(crate) use endpoint::Endpoint;
pub(crate) use headers::Headers;
