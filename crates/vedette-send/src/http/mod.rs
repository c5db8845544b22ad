//! HTTP/1.1 over TCP, TLS and Unix sockets: one blocking client per target.

mod client;
mod connect;
mod endpoint;
mod headers;
mod resolve;
mod socket;
mod tls;

pub(crate) use client::{Client, Failure, Reply};
pub(crate) use endpoint::Endpoint;
pub(crate) use headers::Headers;
