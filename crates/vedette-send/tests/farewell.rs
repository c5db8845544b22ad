//! A process that is about to be killed hands over what it has, also to a backend that is slow to answer. In a file of
//! its own, because there is no way back.

mod servers;

use std::time::{Duration, Instant};

use servers::traces::{chunk, config, exporter, trace_ids};
use servers::{Answer, Server};
use vedette_send::{Exporter, Target};

#[test]
fn answers_are_not_waited_for_any_more() {
    let late = |_: &_| Answer::Late(Duration::from_secs(2), Box::new(Answer::ok()));
    let (agent, receiver) = (Server::start(late), Server::start(late));
    let silent = Server::start(|_| Answer::Silence);
    let exporters = [
        exporter(&agent.url),
        Exporter::new(config(vec![Target::otlp(&format!("{}/v1/traces", receiver.url))])).unwrap(),
        exporter(&silent.url),
    ];
    for id in 1..=20 {
        exporters.iter().for_each(|exporter| exporter.send(chunk(id, 1)));
        std::thread::sleep(Duration::from_millis(5));
    }
    let begun = Instant::now();
    vedette_send::farewell();
    while exporters.iter().any(|one| one.pending().load(std::sync::atomic::Ordering::Relaxed) > 0) {
        assert!(begun.elapsed() < Duration::from_millis(1_500), "{:?}", begun.elapsed());
        std::thread::sleep(Duration::from_millis(1));
    }
    assert!(begun.elapsed() < Duration::from_millis(300), "{:?}", begun.elapsed());
    for server in [&agent, &silent] {
        assert_eq!(trace_ids(&server.to("/v0.4/traces")), (1..=20).collect::<Vec<_>>());
    }
    assert_eq!(receiver.to("/v1/traces").len(), 2, "one before, and all that waited behind it");
}
