//! A process that is killed right after its work loses nothing that was finished a moment before.
#![cfg(unix)]

mod servers;

use std::process::{Command, Stdio};
use std::time::Duration;

use servers::traces::{chunk, exporter, trace_ids};
use servers::{Answer, Server};

/// Where the child sends; without it this is the parent.
const URL: &str = "VEDETTE_TEST_URL";

#[test]
fn a_killed_process_has_sent_what_it_finished() {
    if let Ok(url) = std::env::var(URL) {
        return work_and_die(&url);
    }
    let server = Server::start(|_| Answer::ok());
    let this = std::env::current_exe().unwrap();
    let status = Command::new(this).env(URL, &server.url).stdout(Stdio::null()).status().unwrap();
    assert!(!status.success(), "{status}");
    assert_eq!(trace_ids(&server.to("/v0.4/traces")), (1..=200).collect::<Vec<_>>());
}

/// Two hundred traces without a pause to speak of, a moment of rest, and the end by SIGTERM.
fn work_and_die(url: &str) {
    let exporter = exporter(url);
    for id in 1..=200 {
        exporter.send(chunk(id, 2));
        std::thread::sleep(Duration::from_micros(300));
    }
    std::thread::sleep(Duration::from_millis(60));
    let me = std::process::id().to_string();
    Command::new("kill").args(["-TERM", &me]).status().unwrap();
    std::thread::sleep(Duration::from_secs(5));
}
