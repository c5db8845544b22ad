//! What is told on standard error: the configuration in effect, once, and the first backend that can't be reached.

/// How the line with the configuration begins; tools that read logs look for it.
const CONFIGURATION: &str = "DATADOG TRACER CONFIGURATION";
/// How the line about what is wrong with it begins.
const DIAGNOSTIC: &str = "DATADOG TRACER DIAGNOSTIC";

/// Tells the configuration, given as JSON.
pub(crate) fn configuration(json: &str) {
    tell(&format!("{CONFIGURATION} - {json}\n"));
}

/// Tells that nobody answers at `address`.
pub(crate) fn unreachable(address: &str, reason: &str) {
    tell(&format!("{DIAGNOSTIC} - backend not reachable at {address}: {reason}\n"));
}

/// Without the lock that Rust's standard error has: another process may be forked while it is held.
#[cfg(unix)]
fn tell(line: &str) {
    let _ = nix::unistd::write(std::io::stderr(), line.as_bytes());
}

#[cfg(not(unix))]
fn tell(line: &str) {
    use std::io::Write;
    let _ = std::io::stderr().write_all(line.as_bytes());
}
