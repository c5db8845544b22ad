//! What each kind of backend is sent: OTLP, statistics, and what sampling leaves.

mod servers;

use std::io::Read;

use servers::traces::{chunk, config, received, trace_ids, SECOND};
use servers::{Answer, Request, Server};
use vedette_model::{keys, Chunk, Decision, Key};
use vedette_send::{Config, Exporter, Target};
use vedette_wire::{decode, stats, DecodeLimits, Format};

fn otlp(url: &str, json: bool, gzip: bool) -> Target {
    Target::Otlp {
        logs: None,
        url: format!("{url}/v1/traces"),
        json,
        gzip,
        headers: vec![("api-key".into(), "k".into())],
        certificate: None,
        timeout: SECOND,
    }
}

/// A dropped trace of two spans.
fn dropped(id: u64) -> Chunk {
    Chunk { decision: Decision { priority: 0, ..Decision::default() }, ..chunk(id, 2) }
}

/// A dropped trace with a span that a single-span rule kept.
fn marked(id: u64) -> Chunk {
    let mut chunk = dropped(id);
    chunk.spans[1].set(Key::new("_dd.span_sampling.mechanism").unwrap(), 8);
    chunk
}

/// A dropped trace with a failure in it.
fn failed(id: u64) -> Chunk {
    let mut chunk = dropped(id);
    chunk.spans[1].error = true;
    chunk
}

fn unzipped(request: &Request) -> Vec<u8> {
    let mut body = Vec::new();
    flate2::read::GzDecoder::new(&request.body[..]).read_to_end(&mut body).unwrap();
    body
}

/// Numbers of spans by trace of an OTLP request.
fn otlp_traces(format: Format, body: &[u8]) -> Vec<(u64, usize)> {
    let decoded = decode(format, body, &DecodeLimits::default()).unwrap();
    let chunks = decoded.into_iter().flat_map(|received| received.chunks);
    let mut traces: Vec<_> = chunks.map(|chunk| (chunk.trace_id as u64, chunk.spans.len())).collect();
    traces.sort_unstable();
    traces
}

#[test]
fn otlp_goes_out_in_every_form() {
    for (json, gzip) in [(false, false), (false, true), (true, false), (true, true)] {
        let server = Server::start(|_| Answer::Reply(200, "", Vec::new()));
        let exporter = Exporter::new(config(vec![otlp(&server.url, json, gzip)])).unwrap();
        exporter.send(chunk(1, 2));
        assert!(exporter.flush(SECOND));
        let requests = server.to("/v1/traces");
        let request = &requests[0];
        let (kind, format) = match json {
            true => ("application/json", Format::OtlpJson),
            false => ("application/x-protobuf", Format::OtlpProtobuf),
        };
        assert_eq!((request.method.as_str(), request.header("content-type")), ("POST", Some(kind)));
        assert_eq!(request.header("content-encoding"), gzip.then_some("gzip"));
        assert_eq!(request.header("api-key"), Some("k"));
        let body = if gzip { unzipped(request) } else { request.body.clone() };
        assert_eq!(otlp_traces(format, &body), [(1, 2)]);
    }
}

#[test]
fn otlp_gets_no_dropped_traces_but_the_spans_that_a_rule_kept() {
    let server = Server::start(|_| Answer::Reply(200, "", Vec::new()));
    let exporter = Exporter::new(config(vec![otlp(&server.url, false, false)])).unwrap();
    for chunk in [chunk(1, 2), dropped(2), marked(3), failed(4)] {
        exporter.send(chunk);
    }
    assert!(exporter.flush(SECOND));
    let requests = server.to("/v1/traces");
    let traces: Vec<_> =
        requests.iter().flat_map(|request| otlp_traces(Format::OtlpProtobuf, &request.body)).collect();
    assert_eq!(traces, [(1, 2), (3, 1)]);
    let counters = &exporter.counters().targets[0];
    assert_eq!((counters.unsampled.traces, counters.unsampled.spans), (2, 5));
    assert_eq!((counters.sent.traces, counters.sent.spans), (2, 3));
}

#[test]
fn a_receiver_that_takes_only_a_part_is_believed() {
    // partial_success { rejected_spans: 2, error_message: "old" }
    let answer = b"\x0a\x07\x08\x02\x12\x03old".to_vec();
    let server = Server::start(move |_| Answer::Reply(200, "", answer.clone()));
    let exporter = Exporter::new(config(vec![otlp(&server.url, false, false)])).unwrap();
    exporter.send(chunk(1, 5));
    exporter.flush(SECOND);
    let counters = &exporter.counters().targets[0];
    assert_eq!((counters.sent.spans, counters.dropped_rejected.spans), (3, 2));
    assert!(counters.last_error.contains("old"));
}

#[test]
fn both_kinds_of_backend_get_the_same_traces() {
    let (agent, receiver) = (Server::start(|_| Answer::ok()), Server::start(|_| Answer::ok()));
    let targets = vec![Target::datadog(&agent.url), otlp(&receiver.url, true, false)];
    let exporter = Exporter::new(config(targets)).unwrap();
    exporter.send(chunk(1, 2));
    assert!(exporter.shutdown(SECOND));
    assert_eq!(trace_ids(&agent.to("/v0.4/traces")), [1]);
    assert_eq!(otlp_traces(Format::OtlpJson, &receiver.to("/v1/traces")[0].body), [(1, 2)]);
}

/// An Agent with that answer to `/info`.
fn agent(info: &'static str) -> Server {
    Server::start(move |request| match request.path.as_str() {
        "/info" => Answer::json(info),
        _ => Answer::ok(),
    })
}

fn with_stats(url: &str) -> Config {
    Config { stats: true, ..config(vec![Target::datadog(url)]) }
}

/// Sends a first trace, after which the Agent has told what it can do; what was asked of it later is the test's.
fn introduce(exporter: &Exporter) {
    exporter.send(chunk(99, 1));
    assert!(exporter.flush(SECOND));
}

/// Requests with traces after the one of the introduction.
fn later(server: &Server) -> Vec<Request> {
    server.to("/v0.4/traces").split_off(1)
}

/// Sum of a number in the headers of these requests.
fn sum(requests: &[Request], header: &str) -> u64 {
    requests.iter().map(|request| request.header(header).unwrap().parse::<u64>().unwrap()).sum()
}

/// Hits of all groups in these requests.
fn hits(requests: &[Request]) -> u64 {
    let payload = |request: &Request| stats::decode(&request.body, &DecodeLimits::default()).unwrap();
    let buckets = requests.iter().flat_map(|request| payload(request).buckets);
    buckets.flat_map(|bucket| bucket.groups).map(|group| group.hits).sum()
}

#[test]
fn statistics_count_everything_and_dropped_traces_stay_here() {
    let server = agent(
        r#"{"endpoints":["/v0.4/traces","/v0.6/stats"],"client_drop_p0s":true,"obfuscation_version":1}"#,
    );
    let exporter = Exporter::new(with_stats(&server.url)).unwrap();
    introduce(&exporter);
    for chunk in [chunk(1, 2), dropped(2), marked(3), failed(4)] {
        exporter.send(chunk);
    }
    assert!(exporter.flush(SECOND));
    let requests = later(&server);
    let chunks = requests.iter().flat_map(received);
    let sizes: Vec<_> = chunks.map(|chunk| (chunk.trace_id as u64, chunk.spans.len())).collect();
    assert_eq!(sizes, [(1, 2), (3, 1), (4, 2)]);
    assert!(requests.iter().all(|one| one.header("datadog-client-computed-stats") == Some("yes")));
    assert_eq!(sum(&requests, "x-datadog-trace-count"), 3);
    assert_eq!(sum(&requests, "datadog-client-dropped-p0-traces"), 1);
    assert_eq!(sum(&requests, "datadog-client-dropped-p0-spans"), 3);
    assert_eq!(server.to("/v0.6/stats").len(), 0);

    assert!(exporter.shutdown(SECOND));
    let requests = server.to("/v0.6/stats");
    assert_eq!(hits(&requests), 4, "one service entry of each trace");
    assert_eq!(requests[0].header("datadog-obfuscation-version"), Some("1"));
    assert_eq!(requests[0].header("content-type"), Some("application/msgpack"));
    assert_eq!(exporter.counters().targets[0].stats, 1);
}

#[test]
fn an_agent_that_takes_no_statistics_gets_all_traces_and_no_claim() {
    for (info, stats) in [
        (r#"{"endpoints":["/v0.4/traces"],"client_drop_p0s":true}"#, true),
        (r#"{"endpoints":["/v0.6/stats"],"client_drop_p0s":true}"#, false),
    ] {
        let server = agent(info);
        let exporter = Exporter::new(Config { stats, ..with_stats(&server.url) }).unwrap();
        exporter.send(dropped(1));
        assert!(exporter.shutdown(SECOND));
        let requests = server.to("/v0.4/traces");
        assert_eq!(trace_ids(&requests), [1]);
        assert_eq!(requests[0].header("datadog-client-computed-stats"), None);
        assert_eq!(server.to("/v0.6/stats").len(), 0);
    }
}

#[test]
fn statistics_leave_by_themselves_while_the_process_runs() {
    let server = agent(r#"{"endpoints":["/v0.6/stats"]}"#);
    let exporter = Exporter::new(with_stats(&server.url)).unwrap();
    introduce(&exporter);
    // The spans of these chunks ended long ago, so that their bucket is over.
    exporter.send(chunk(1, 1));
    let request = server.wait_for("/v0.6/stats", 1).remove(0);
    assert_eq!(hits(&[request]), 1);
    assert!(exporter.shutdown(SECOND));
    assert_eq!(server.to("/v0.6/stats").len(), 1);
}

#[test]
fn an_agent_says_which_traces_it_does_not_want() {
    let server = agent(r#"{"ignore_resources":["GET /health"]}"#);
    let exporter = Exporter::new(config(vec![Target::datadog(&server.url)])).unwrap();
    introduce(&exporter);
    let mut health = chunk(1, 2);
    health.spans[0].resource = "GET /health".into();
    exporter.send(health);
    exporter.send(chunk(2, 1));
    assert!(exporter.flush(SECOND));
    assert_eq!(trace_ids(&later(&server)), [2]);
    assert_eq!(exporter.counters().targets[0].filtered.spans, 2);
}

#[test]
fn statements_and_secrets_are_hidden_before_they_leave() {
    let server = Server::start(|_| Answer::ok());
    let exporter = Exporter::new(config(vec![Target::datadog(&server.url)])).unwrap();
    let mut chunk = chunk(1, 2);
    chunk.spans[0].set(keys::URL_FULL, "https://ann:geheim@shop/a?token=geheim");
    chunk.spans[1].span_type = "sql".into();
    chunk.spans[1].resource = "SELECT * FROM users WHERE name = 'geheim'".into();
    exporter.send(chunk);
    assert!(exporter.shutdown(SECOND));
    let body = String::from_utf8_lossy(&server.to("/v0.4/traces")[0].body).into_owned();
    assert!(!body.contains("geheim"));
    assert!(body.contains("https://shop/a?<redacted>") && body.contains("WHERE name = ?"));
}

#[test]
fn a_broken_expression_in_the_settings_is_told() {
    let server = Server::start(|_| Answer::ok());
    let mut config = config(vec![Target::datadog(&server.url)]);
    config.obfuscate.query_string = Some("(".into());
    let exporter = Exporter::new(config).unwrap();
    let mut chunk = chunk(1, 1);
    chunk.spans[0].set(keys::URL_FULL, "https://shop/a?token=x");
    exporter.send(chunk);
    assert!(exporter.flush(SECOND));
    assert!(exporter.counters().warning.contains("query strings"));
}
