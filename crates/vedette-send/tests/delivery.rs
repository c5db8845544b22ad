//! Finished traces reach a healthy backend, soon, and with what it needs to know.

mod servers;

use std::time::{Duration, Instant};

use servers::traces::{chunk, config, exporter, received, trace_ids, SECOND};
use servers::{Answer, Server};
use vedette_send::{Exporter, Target};

#[test]
fn a_trace_arrives_with_the_headers_of_the_protocol() {
    let server = Server::start(|_| Answer::ok());
    let exporter = exporter(&server.url);
    exporter.send(chunk(7, 2));
    let request = server.wait_for("/v0.4/traces", 1).remove(0);

    assert_eq!(request.method, "PUT");
    let expected = [
        ("content-type", "application/msgpack"),
        ("datadog-meta-lang", "python"),
        ("datadog-meta-lang-version", "3.11.9"),
        ("datadog-meta-lang-interpreter", "CPython"),
        ("datadog-meta-tracer-version", "0.1.0"),
        ("x-datadog-trace-count", "1"),
        ("datadog-container-id", "c0ffee"),
        ("datadog-client-computed-top-level", "yes"),
    ];
    for (name, value) in expected {
        assert_eq!(request.header(name), Some(value), "{name}");
    }
    assert_eq!(request.header("datadog-client-computed-stats"), None);
    let chunks = received(&request);
    assert_eq!((chunks.len(), chunks[0].spans.len(), chunks[0].trace_id), (1, 2, 7));
}

#[test]
fn the_first_trace_after_idleness_leaves_at_once() {
    let server = Server::start(|_| Answer::ok());
    let exporter = exporter(&server.url);
    exporter.send(chunk(1, 1));
    server.wait_for("/v0.4/traces", 1);
    for id in 2..5 {
        std::thread::sleep(Duration::from_millis(200));
        let sent = Instant::now();
        exporter.send(chunk(id, 1));
        let arrived = server.wait_for("/v0.4/traces", id as usize).pop().unwrap().at;
        let took = arrived - sent;
        assert!(took < Duration::from_millis(15), "{took:?}");
    }
}

#[test]
fn under_load_traces_gather_and_none_waits_long() {
    let server = Server::start(|_| Answer::ok());
    let exporter = exporter(&server.url);
    let mut sent = Vec::new();
    for id in 1..=300 {
        sent.push(Instant::now());
        exporter.send(chunk(id, 1));
        std::thread::sleep(Duration::from_millis(1));
    }
    assert!(exporter.flush(SECOND));
    let requests = server.to("/v0.4/traces");
    assert_eq!(trace_ids(&requests), (1..=300).collect::<Vec<_>>());
    assert!(requests.len() < 60, "{} requests", requests.len());
    for request in &requests {
        for trace in received(request) {
            let waited = request.at - sent[trace.trace_id as usize - 1];
            assert!(waited < Duration::from_millis(60), "{waited:?}");
        }
    }
}

#[test]
fn one_connection_carries_many_requests() {
    let server = Server::start(|_| Answer::ok());
    let exporter = exporter(&server.url);
    for id in 1..=5 {
        exporter.send(chunk(id, 1));
        assert!(exporter.flush(SECOND));
    }
    let requests = server.to("/v0.4/traces");
    assert_eq!(requests.len(), 5);
    assert!(requests.iter().all(|request| request.connection == 0));
}

#[test]
fn a_connection_closed_by_the_backend_is_opened_anew() {
    let server = Server::start(|_| Answer::ReplyAndClose);
    let exporter = exporter(&server.url);
    for id in 1..=5 {
        exporter.send(chunk(id, 1));
        assert!(exporter.flush(SECOND));
    }
    assert_eq!(trace_ids(&server.to("/v0.4/traces")), [1, 2, 3, 4, 5]);
}

#[test]
fn shutdown_sends_what_is_left_and_refuses_more() {
    let server = Server::start(|_| Answer::ok());
    let exporter = exporter(&server.url);
    for id in 1..=10 {
        exporter.send(chunk(id, 3));
    }
    let started = Instant::now();
    assert!(exporter.shutdown(SECOND));
    assert!(started.elapsed() < Duration::from_millis(200), "{:?}", started.elapsed());
    assert_eq!(trace_ids(&server.to("/v0.4/traces")), (1..=10).collect::<Vec<_>>());
    exporter.send(chunk(11, 2));
    let counters = exporter.counters();
    assert_eq!((counters.dropped_closed.traces, counters.dropped_closed.spans), (1, 2));
    assert_eq!((counters.targets[0].sent.traces, counters.targets[0].sent.spans), (10, 30));
    assert_eq!(counters.queue_bytes, 0);
    assert!(exporter.shutdown(SECOND), "a second shutdown has nothing to do");
}

#[test]
fn large_batches_are_split_over_requests() {
    let server = Server::start(|_| Answer::ok());
    let mut config = config(vec![Target::datadog(&server.url)]);
    config.payload_bytes = 10_000;
    let exporter = Exporter::new(config).unwrap();
    for id in 1..=50 {
        exporter.send(chunk(id, 10));
    }
    assert!(exporter.flush(5 * SECOND));
    let requests = server.to("/v0.4/traces");
    assert!(requests.len() > 5);
    assert!(requests.iter().all(|request| request.body.len() <= 10_000));
    for request in &requests {
        let count = received(request).len().to_string();
        assert_eq!(request.header("x-datadog-trace-count"), Some(count.as_str()));
    }
    assert_eq!(trace_ids(&requests), (1..=50).collect::<Vec<_>>());
}

#[test]
fn a_single_huge_trace_is_cut_between_spans() {
    let server = Server::start(|_| Answer::ok());
    let mut config = config(vec![Target::datadog(&server.url)]);
    config.payload_bytes = 10_000;
    let exporter = Exporter::new(config).unwrap();
    exporter.send(chunk(1, 1_000));
    assert!(exporter.flush(5 * SECOND));
    let requests = server.to("/v0.4/traces");
    assert!(requests.iter().all(|request| request.body.len() <= 10_000));
    let mut spans: Vec<u64> =
        requests.iter().flat_map(received).flat_map(|c| c.spans).map(|span| span.id).collect();
    spans.sort_unstable();
    assert_eq!(spans, (1_000_001..=1_001_000).collect::<Vec<_>>());
}

#[test]
fn the_child_of_a_fork_starts_with_nothing() {
    let server = Server::start(|_| Answer::ok());
    let parent = exporter(&server.url);
    parent.send(chunk(1, 1));
    let child = parent.respawn();
    assert_eq!(child.counters().queued.traces, 0);
    child.send(chunk(2, 1));
    assert!(child.shutdown(SECOND));
    assert!(parent.shutdown(SECOND));
    assert_eq!(trace_ids(&server.to("/v0.4/traces")), [1, 2]);
    assert_eq!(child.counters().targets[0].sent.traces, 1);
}
