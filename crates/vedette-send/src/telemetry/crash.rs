//! What an Agent is told when a fault kills the process: prepared while it is well, since nothing can be made in the
//! middle of a fault. Whoever handles the fault only writes the bytes to a socket.

use std::net::{SocketAddr, ToSocketAddrs};
use std::path::PathBuf;

use serde_json::json;
use ureq::http::Uri;
use vedette_model::{clock, Process};

use super::{application, host, PATH};
use crate::http::{Endpoint, Headers};

/// The faults, by number and name (POSIX, `signal.h`).
const FAULTS: [(i32, &str); 5] = [
    (nix::libc::SIGSEGV, "SIGSEGV"),
    (nix::libc::SIGBUS, "SIGBUS"),
    (nix::libc::SIGFPE, "SIGFPE"),
    (nix::libc::SIGILL, "SIGILL"),
    (nix::libc::SIGABRT, "SIGABRT"),
];

/// Where it is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Way {
    /// By TCP.
    Tcp(SocketAddr),
    /// Through a Unix socket.
    Unix(PathBuf),
}

/// What is to be said, and to whom.
#[derive(Clone, Debug)]
pub struct LastWords {
    /// The Agent.
    pub way: Way,
    /// A whole HTTP request for each signal.
    pub requests: Vec<(i32, Vec<u8>)>,
}

/// Prepares it; None where the Agent can't be reached without TLS, or has no address.
pub(crate) fn last_words(endpoint: &Endpoint, headers: &Headers, process: &Process) -> Option<LastWords> {
    let uri: Uri = endpoint.base.parse().ok()?;
    if uri.scheme_str() != Some("http") {
        return None;
    }
    let host = uri.host()?;
    let way = match &endpoint.socket {
        Some(path) => Way::Unix(path.clone()),
        None => {
            let plain = host.trim_start_matches('[').trim_end_matches(']');
            Way::Tcp((plain, uri.port_u16().unwrap_or(80)).to_socket_addrs().ok()?.next()?)
        }
    };
    let requests = FAULTS.map(|(number, name)| {
        let body = body(process, number, name);
        (number, request(&uri, headers, &body))
    });
    Some(LastWords { way, requests: requests.into() })
}

fn request(uri: &Uri, headers: &Headers, body: &str) -> Vec<u8> {
    let base = uri.path().trim_end_matches('/');
    let authority =
        uri.authority().map_or("", |authority| authority.as_str().rsplit('@').next().unwrap_or(""));
    let mut head = format!("POST {base}{PATH} HTTP/1.1\r\nhost: {authority}\r\n");
    for (name, value) in &headers.0 {
        let Ok(value) = value.to_str() else { continue };
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    head.push_str(&format!("content-length: {}\r\nconnection: close\r\n\r\n{body}", body.len()));
    head.into_bytes()
}

/// A log entry as the specification of telemetry has it; its time is that of the process's first sign of life.
fn body(process: &Process, number: i32, name: &str) -> String {
    let entry = json!({
        "message": format!("the process was killed by {name}"),
        "level": "ERROR",
        "is_crash": true,
        "is_sensitive": true,
        "count": 1,
        "tags": format!("severity:crash,is_crash:true,signum:{number},signame:{name},si_signo:{number},si_signo_human_readable:{name}"),
    });
    json!({
        "api_version": "v2",
        "request_type": "logs",
        "tracer_time": clock::unix() / 1_000_000_000,
        "runtime_id": process.runtime_id,
        "seq_id": 1,
        "origin": "Crashtracker",
        "debug": false,
        "application": application(process),
        "host": host::described(),
        "payload": {"logs": [entry]},
    })
    .to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(url: &str) -> Option<LastWords> {
        let headers = Headers::new().with("dd-telemetry-request-type", "logs");
        last_words(&Endpoint::parse(url).unwrap(), &headers, &Process::default())
    }

    #[test]
    fn each_signal_has_a_whole_request() {
        let words = words("http://user:pass@127.0.0.1:8126/agent/").unwrap();
        assert_eq!(words.way, Way::Tcp("127.0.0.1:8126".parse().unwrap()));
        assert_eq!(words.requests.len(), 5);
        for (number, request) in words.requests {
            let text = String::from_utf8(request).unwrap();
            let (head, body) = text.split_once("\r\n\r\n").unwrap();
            let path = "POST /agent/telemetry/proxy/api/v2/apmtelemetry HTTP/1.1\r\nhost: 127.0.0.1:8126\r\n";
            assert!(head.starts_with(path), "{head}");
            assert!(head.contains(&format!("\r\ncontent-length: {}\r\n", body.len())));
            assert!(head.contains("dd-telemetry-request-type: logs"));
            assert!(body.contains(&format!("signum:{number},")) && body.contains("severity:crash"));
        }
    }

    #[test]
    fn sockets_are_known_and_tls_is_left_alone() {
        assert_eq!(words("unix:///run/apm.socket").unwrap().way, Way::Unix("/run/apm.socket".into()));
        assert_eq!(words("http://[::1]:8126").unwrap().way, Way::Tcp("[::1]:8126".parse().unwrap()));
        assert!(words("https://agent").is_none());
    }
}
