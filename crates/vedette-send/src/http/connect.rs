//! Opens sockets for ureq.

use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use ureq::unversioned::transport::{ConnectionDetails, Connector, LazyBuffers};
use ureq::{Error, Timeout};

use super::socket::{Socket, Stream};

/// Connects by TCP to the first address that answers.
#[derive(Debug)]
pub(super) struct Tcp;

impl Connector for Tcp {
    type Out = Socket<TcpStream>;

    fn connect(&self, details: &ConnectionDetails, _: Option<()>) -> Result<Option<Self::Out>, Error> {
        let within = details.timeout.not_zero().map_or(Duration::from_secs(60), |within| *within);
        let stream = first(&details.addrs, within)?;
        stream.set_nodelay(true)?;
        Ok(Some(open(stream, details)))
    }
}

/// Tries the addresses of a name in turn, each with its share of the time that is left.
fn first(addresses: &[SocketAddr], within: Duration) -> Result<TcpStream, Error> {
    let until = Instant::now() + within;
    let mut error = Error::HostNotFound;
    for (at, address) in addresses.iter().enumerate() {
        let share = until.saturating_duration_since(Instant::now()) / (addresses.len() - at) as u32;
        match TcpStream::connect_timeout(address, share.max(Duration::from_millis(1))) {
            Ok(stream) => return Ok(stream),
            Err(io) if io.kind() == std::io::ErrorKind::TimedOut => error = Error::Timeout(Timeout::Connect),
            Err(io) => error = Error::Io(io),
        }
    }
    Err(error)
}

/// Connects to one Unix socket, whatever the address in the request says.
#[cfg(unix)]
#[derive(Debug)]
pub(super) struct Unix(pub std::path::PathBuf);

#[cfg(unix)]
impl Connector for Unix {
    type Out = Socket<std::os::unix::net::UnixStream>;

    fn connect(&self, details: &ConnectionDetails, _: Option<()>) -> Result<Option<Self::Out>, Error> {
        Ok(Some(open(std::os::unix::net::UnixStream::connect(&self.0)?, details)))
    }
}

fn open<S: Stream>(stream: S, details: &ConnectionDetails) -> Socket<S> {
    let config = details.config;
    Socket::new(stream, LazyBuffers::new(config.input_buffer_size(), config.output_buffer_size()))
}
