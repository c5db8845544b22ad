//! Alone in its process, because it counts the threads.
#![cfg(target_os = "linux")]

mod servers;

use servers::traces::{chunk, exporter, SECOND};
use servers::{Answer, Server};

#[test]
fn one_thread_starts_with_the_first_trace_and_ends_with_shutdown() {
    let server = Server::start(|_| Answer::ok());
    let idle = exporter(&server.url);
    assert_eq!(senders(), 0, "an exporter alone starts nothing");
    assert!(idle.flush(SECOND) && idle.shutdown(SECOND));
    assert_eq!(senders(), 0, "nor does flushing it");

    let exporter = exporter(&server.url);
    for id in 1..=20 {
        exporter.send(chunk(id, 1));
    }
    assert!(exporter.flush(SECOND));
    assert_eq!(senders(), 1);
    assert_eq!(blocked_signals(), !faults());
    assert!(exporter.shutdown(SECOND));
    wait_for_none();

    let forgotten = servers::traces::exporter(&server.url);
    forgotten.send(chunk(21, 1));
    drop(forgotten);
    let expected: Vec<u64> = (1..=21).collect();
    while servers::traces::trace_ids(&server.to("/v0.4/traces")) != expected {
        std::thread::yield_now();
    }
    wait_for_none();
}

/// A thread is listed for a moment after its end.
fn wait_for_none() {
    let until = std::time::Instant::now() + 5 * SECOND;
    while senders() > 0 {
        assert!(std::time::Instant::now() < until, "a sender is still there");
        std::thread::yield_now();
    }
}

/// Directories of this process's threads that are senders.
fn tasks() -> Vec<std::path::PathBuf> {
    let all = std::fs::read_dir("/proc/self/task").unwrap().map(|entry| entry.unwrap().path());
    let is_sender = |task: &std::path::PathBuf| {
        std::fs::read_to_string(task.join("comm")).is_ok_and(|name| name.trim() == "vedette-sender")
    };
    all.filter(is_sender).collect()
}

fn senders() -> usize {
    tasks().len()
}

/// `SigBlk` of the sender, with the signals that nobody can block counted as blocked.
fn blocked_signals() -> u64 {
    let status = std::fs::read_to_string(tasks()[0].join("status")).unwrap();
    let line = status.lines().find(|line| line.starts_with("SigBlk:")).unwrap();
    u64::from_str_radix(line[7..].trim(), 16).unwrap() | unblockable()
}

/// SIGKILL and SIGSTOP by nature; 32 and 33 belong to the C library.
fn unblockable() -> u64 {
    [9, 19, 32, 33].iter().map(|signal| 1 << (signal - 1)).sum()
}

/// SIGILL, SIGTRAP, SIGABRT, SIGBUS, SIGFPE, SIGSEGV, SIGSYS.
fn faults() -> u64 {
    [4, 5, 6, 7, 8, 11, 31].iter().map(|signal| 1 << (signal - 1)).sum()
}
