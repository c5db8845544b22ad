//! One request and its answer.

use std::path::Path;
use std::time::Duration;

use ureq::http::{Method, Request, Response};
use ureq::{Agent, Body};

use super::resolve::BlockingResolver;
use super::{tls, Endpoint, Headers};
use crate::farewell;

/// Bytes of an answer that are read; no backend of traces has a reason to say more.
const MOST_ANSWER: u64 = 1 << 20;
/// Bytes of a connection's input buffer. Answers are short.
const INPUT: usize = 16 << 10;
/// Bytes of its output buffer, and of one write.
const OUTPUT: usize = 64 << 10;

/// A client of one backend. Keeps one connection open and opens a new one when that was closed.
pub(crate) struct Client {
    agent: Agent,
    base: String,
    timeout: Duration,
    most_answer: u64,
}

/// An answer, whatever its status.
#[derive(Debug)]
pub(crate) struct Reply {
    pub status: u16,
    /// Seconds of a `Retry-After` header.
    pub retry_after: Option<Duration>,
    pub body: Vec<u8>,
}

/// No answer. The text says why.
#[derive(Debug)]
pub(crate) enum Failure {
    /// Nobody listens there, or the name is unknown.
    Connect(String),
    /// It took too long.
    Timeout(String),
    /// The request was written; the process ends before the answer comes.
    Unheard,
    /// The connection broke, or what came was not HTTP.
    Broken(String),
}

impl Failure {
    pub fn text(&self) -> &str {
        match self {
            Failure::Connect(text) | Failure::Timeout(text) | Failure::Broken(text) => text,
            Failure::Unheard => "not waited for",
        }
    }
}

impl Client {
    /// Opens no connection yet. The error is that of the certificate file.
    pub fn new(endpoint: &Endpoint, certificate: Option<&Path>, timeout: Duration) -> Result<Client, String> {
        let config = Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .max_redirects_will_error(false)
            .proxy(None)
            .user_agent(concat!("vedette/", env!("CARGO_PKG_VERSION")))
            .accept_encoding("identity")
            .max_idle_connections(1)
            .max_idle_connections_per_host(1)
            .max_idle_age(Duration::from_secs(60))
            .input_buffer_size(INPUT)
            .output_buffer_size(OUTPUT)
            .timeout_global(Some(timeout))
            .tls_config(tls::config(certificate)?)
            .build();
        let (agent, base) = (agent(endpoint, config), endpoint.base.clone());
        Ok(Client { agent, base, timeout, most_answer: MOST_ANSWER })
    }

    /// Reads answers of up to that many bytes.
    pub fn reading(self, most_answer: u64) -> Client {
        Client { most_answer, ..self }
    }

    /// Sends one request and reads the answer, all within the target's timeout, or `within` if that is less.
    pub fn send(
        &self,
        method: Method,
        path: &str,
        headers: Headers,
        body: &[u8],
        within: Option<Duration>,
    ) -> Result<Reply, Failure> {
        let mut request = Request::new(body);
        *request.method_mut() = method;
        *request.uri_mut() =
            format!("{}{path}", self.base).parse().map_err(|_| Failure::Broken("bad address".to_string()))?;
        *request.headers_mut() = headers.0;
        self.run(request, within).map_err(understand)
    }

    fn run(&self, request: Request<&[u8]>, within: Option<Duration>) -> Result<Reply, ureq::Error> {
        // A request with settings of its own makes ureq build its TLS settings anew, so only when needed.
        let response = match within.filter(|within| *within < self.timeout) {
            None => self.agent.run(request),
            Some(within) => {
                let within = within.max(Duration::from_millis(1));
                self.agent.run(self.agent.configure_request(request).timeout_global(Some(within)).build())
            }
        }?;
        read(response, self.most_answer)
    }
}

#[cfg(unix)]
fn agent(endpoint: &Endpoint, config: ureq::config::Config) -> Agent {
    match &endpoint.socket {
        Some(path) => {
            Agent::with_parts(config, super::connect::Unix(path.clone()), super::resolve::NoResolver)
        }
        None => over_tcp(config),
    }
}

#[cfg(not(unix))]
fn agent(_: &Endpoint, config: ureq::config::Config) -> Agent {
    over_tcp(config)
}

fn over_tcp(config: ureq::config::Config) -> Agent {
    use ureq::unversioned::transport::{Connector, RustlsConnector};
    Agent::with_parts(config, super::connect::Tcp.chain(RustlsConnector::default()), BlockingResolver)
}

fn read(mut response: Response<Body>, most: u64) -> Result<Reply, ureq::Error> {
    let retry_after = response.headers().get("retry-after");
    let retry_after = retry_after.and_then(|value| value.to_str().ok()?.trim().parse().ok());
    Ok(Reply {
        status: response.status().as_u16(),
        retry_after: retry_after.map(Duration::from_secs),
        body: response.body_mut().with_config().limit(most).read_to_vec()?,
    })
}

fn understand(error: ureq::Error) -> Failure {
    use std::io::ErrorKind::{ConnectionRefused, HostUnreachable, NetworkUnreachable, NotFound};
    use std::io::ErrorKind::{PermissionDenied, TimedOut, WouldBlock};
    let text = error.to_string();
    match error {
        ureq::Error::Timeout(what) if farewell::is_said() && what != ureq::Timeout::Connect => {
            Failure::Unheard
        }
        ureq::Error::Timeout(_) => Failure::Timeout(text),
        ureq::Error::HostNotFound | ureq::Error::ConnectionFailed => Failure::Connect(text),
        ureq::Error::Io(io) => match io.kind() {
            TimedOut | WouldBlock => Failure::Timeout(text),
            ConnectionRefused | HostUnreachable | NetworkUnreachable | NotFound | PermissionDenied => {
                Failure::Connect(text)
            }
            _ if text.contains("lookup address") => Failure::Connect(text),
            _ => Failure::Broken(text),
        },
        _ => Failure::Broken(text),
    }
}
