//! Findings on their way: to receivers of log records, to those that want none, and to Agents old and new.

mod servers;

use servers::traces::{chunk, config, SECOND};
use servers::{Answer, Server};
use vedette_model::span::Extras;
use vedette_model::{Chunk, Event};
use vedette_send::{Config, Exporter, Target};

/// A trace with something found in its root.
fn attacked(id: u64) -> Chunk {
    let mut chunk = chunk(id, 1);
    let event = Event { time: 5, name: vedette_wire::findings::EVENT.into(), attributes: Vec::new() };
    // {"triggers": []}
    let structures = vec![("appsec".into(), b"\x81\xa8triggers\x90".to_vec())];
    *chunk.spans[0].extras() = Extras { events: vec![event], structures, ..Extras::default() };
    chunk
}

fn otlp(url: &str) -> Config {
    let mut target = Target::otlp(&format!("{url}/v1/traces"));
    if let Target::Otlp { logs, gzip, .. } = &mut target {
        *logs = Some(format!("{url}/v1/logs"));
        *gzip = false;
    }
    config(vec![target])
}

#[test]
fn findings_become_log_records_and_other_traces_do_not() {
    let server = Server::start(|_| Answer::ok());
    let exporter = Exporter::new(otlp(&server.url)).unwrap();
    exporter.send(chunk(1, 1));
    assert!(exporter.flush(SECOND * 5));
    exporter.send(attacked(2));
    assert!(exporter.flush(SECOND * 5));
    assert_eq!((server.to("/v1/traces").len(), server.to("/v1/logs").len()), (2, 1));
    let body = &server.to("/v1/logs")[0].body;
    let id = 2u128.to_be_bytes();
    assert!(body.windows(16).any(|bytes| bytes == id), "the trace's id");
}

#[test]
fn a_receiver_that_wants_no_logs_gets_one_and_all_traces() {
    let server = Server::start(|request| Answer::status(if request.path == "/v1/logs" { 404 } else { 200 }));
    let exporter = Exporter::new(otlp(&server.url)).unwrap();
    for id in 1..=5 {
        exporter.send(attacked(id));
        assert!(exporter.flush(SECOND * 5));
    }
    assert_eq!((server.to("/v1/traces").len(), server.to("/v1/logs").len()), (5, 1));
    assert_eq!(exporter.counters().targets[0].sent.traces, 5);
}

fn sent_to_an_agent(info: &'static str) -> Vec<u8> {
    let server =
        Server::start(move |request| if request.path == "/info" { Answer::json(info) } else { Answer::ok() });
    let exporter = Exporter::new(config(vec![Target::datadog(&server.url)])).unwrap();
    exporter.send(attacked(1));
    assert!(exporter.flush(SECOND * 5));
    server.to("/v0.4/traces")[0].body.clone()
}

fn holds(body: &[u8], text: &str) -> bool {
    body.windows(text.len()).any(|bytes| bytes == text.as_bytes())
}

#[test]
fn the_first_finding_has_the_form_that_the_agent_takes() {
    let body =
        sent_to_an_agent(r#"{"endpoints":["/v0.4/traces"],"span_meta_structs":true,"span_events":true}"#);
    assert!(holds(&body, "meta_struct") && !holds(&body, "_dd.appsec.json"));
    let body = sent_to_an_agent(r#"{"endpoints":["/v0.4/traces"]}"#);
    assert!(!holds(&body, "meta_struct") && holds(&body, "_dd.appsec.json"));
    assert!(!holds(&body, "security.finding"), "told once");
}
