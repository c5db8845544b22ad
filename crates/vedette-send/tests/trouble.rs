//! Backends that are dead, silent, failing, slow or rude cost the application nothing but their traces.

mod servers;

use std::net::TcpListener;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::sync::Arc;
use std::time::{Duration, Instant};

use servers::traces::{chunk, config, exporter, trace_ids, SECOND};
use servers::{Answer, Request, Server};
use vedette_send::{Exporter, Target};

/// An address where nobody listens.
fn dead() -> (String, std::net::SocketAddr) {
    let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    (format!("http://{address}"), address)
}

/// Answers `/info` at once and everything else as told.
fn traces(answer: impl Fn(usize) -> Answer + Send + Sync + 'static) -> Server {
    let count = AtomicUsize::new(0);
    Server::start(move |request: &Request| match request.path.as_str() {
        "/info" => Answer::ok(),
        _ => answer(count.fetch_add(1, Relaxed)),
    })
}

/// How long `call` takes at most in real life, with some room for a busy machine.
fn within(most: Duration, call: impl FnOnce() -> bool) -> bool {
    let started = Instant::now();
    let result = call();
    let took = started.elapsed();
    assert!(took < most + Duration::from_millis(150), "took {took:?}");
    result
}

#[test]
fn a_dead_backend_ends_the_process_at_once() {
    let exporter = exporter(&dead().0);
    for id in 1..=20 {
        exporter.send(chunk(id, 1));
    }
    assert!(!within(Duration::from_millis(100), || exporter.shutdown(SECOND)));
    let counters = exporter.counters();
    assert_eq!(counters.targets[0].dropped_shutdown.traces, 20);
    assert!(counters.targets[0].last_error.contains("refused"), "{}", counters.targets[0].last_error);
}

#[test]
fn a_backend_that_starts_late_gets_everything() {
    let (url, address) = dead();
    let exporter = exporter(&url);
    for id in 1..=3 {
        exporter.send(chunk(id, 1));
        std::thread::sleep(Duration::from_millis(30));
    }
    std::thread::sleep(Duration::from_millis(300));
    let server = Server::on(TcpListener::bind(address).unwrap(), |_| Answer::ok());
    assert!(exporter.flush(2 * SECOND));
    assert_eq!(trace_ids(&server.to("/v0.4/traces")), [1, 2, 3]);
    assert!(exporter.counters().targets[0].retries > 0);
}

#[test]
fn a_silent_backend_is_cut_by_the_timeout() {
    let server = Server::start(|_| Answer::Silence);
    let target = Target::Datadog {
        url: server.url.clone(),
        version: vedette_send::Version::V04,
        timeout: Duration::from_millis(100),
        headers: Vec::new(),
    };
    let exporter = Exporter::new(config(vec![target])).unwrap();
    exporter.send(chunk(1, 1));
    assert!(!within(SECOND / 2, || exporter.flush(SECOND / 2)));
    let counters = exporter.counters();
    assert!(counters.targets[0].requests >= 2, "{counters:?}");
    assert!(counters.targets[0].last_error.contains("timeout"), "{counters:?}");
}

#[test]
fn a_silent_backend_holds_up_neither_flush_nor_shutdown() {
    for server in [Server::start(|_| Answer::Silence), traces(|_| Answer::Silence)] {
        let exporter = exporter(&server.url);
        exporter.send(chunk(1, 1));
        std::thread::sleep(Duration::from_millis(50));
        exporter.send(chunk(2, 1));
        assert!(!within(SECOND / 5, || exporter.flush(SECOND / 5)));
        assert!(!within(SECOND / 2, || exporter.shutdown(SECOND / 2)));
    }
}

#[test]
fn a_process_that_ends_with_a_silent_backend_gives_up_in_time() {
    let server = Server::start(|_| Answer::Silence);
    let exporter = exporter(&server.url);
    exporter.send(chunk(1, 1));
    assert!(!within(SECOND / 2, || exporter.shutdown(SECOND / 2)));
    // The worker itself ends a little later: when its request is given up.
    for _ in 0..100 {
        if exporter.counters().lost() == 1 {
            return;
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    panic!("not counted as lost: {:?}", exporter.counters());
}

#[test]
fn packets_into_nothing_hold_up_nobody() {
    // TEST-NET-1 (RFC 5737): either nothing answers or the network says at once that there is no way.
    let exporter = exporter("http://192.0.2.1:8126");
    exporter.send(chunk(1, 1));
    assert!(!within(SECOND / 3, || exporter.flush(SECOND / 3)));
    assert!(!within(SECOND / 3, || exporter.shutdown(SECOND / 3)));
}

#[test]
fn memory_stays_bounded_while_nothing_gets_out() {
    let server = Server::start(|_| Answer::Silence);
    let mut config = config(vec![Target::datadog(&server.url)]);
    config.queue_bytes = 100_000;
    let exporter = Exporter::new(config).unwrap();
    for id in 1..=2_000 {
        exporter.send(chunk(id, 2));
        assert!(exporter.counters().queue_bytes <= 100_000);
    }
    let counters = exporter.counters();
    assert_eq!(counters.queued.traces + counters.dropped_full.traces, 2_000);
    assert!(counters.dropped_full.traces > 1_000);
    assert_eq!(counters.dropped_full.spans, 2 * counters.dropped_full.traces);
    assert!(counters.queue_bytes > 50_000);
}

#[test]
fn sending_never_waits_for_the_backend() {
    let server = Server::start(|_| Answer::Silence);
    let exporter = exporter(&server.url);
    let chunks: Vec<_> = (1..=10_000).map(|id| chunk(id, 1)).collect();
    let mut worst = Duration::ZERO;
    for chunk in chunks {
        let started = Instant::now();
        exporter.send(chunk);
        worst = worst.max(started.elapsed());
    }
    assert!(worst < Duration::from_millis(100), "{worst:?}");
}

#[test]
fn failures_are_repeated_until_they_pass() {
    for answer in [Answer::status(500), Answer::status(503), Answer::status(429), Answer::Half] {
        let server = traces(move |at| if at < 3 { answer.clone() } else { Answer::ok() });
        let exporter = exporter(&server.url);
        exporter.send(chunk(1, 1));
        let requests = server.wait_for("/v0.4/traces", 4);
        assert!(exporter.flush(SECOND));
        assert_eq!(trace_ids(&requests[3..]), [1]);
        let counters = exporter.counters();
        assert_eq!((counters.lost(), counters.targets[0].errors, counters.targets[0].retries), (0, 3, 3));
        let gaps: Vec<_> = requests.windows(2).map(|pair| pair[1].at - pair[0].at).collect();
        assert!(gaps[2] > gaps[0], "{gaps:?}");
    }
}

#[test]
fn an_overloaded_backend_says_when_to_return() {
    let server = traces(|at| match at {
        0 => Answer::Reply(429, "retry-after: 1\r\n", Vec::new()),
        _ => Answer::ok(),
    });
    let exporter = exporter(&server.url);
    exporter.send(chunk(1, 1));
    let requests = server.wait_for("/v0.4/traces", 2);
    assert!(requests[1].at - requests[0].at >= SECOND);
}

#[test]
fn what_the_backend_refuses_is_not_repeated() {
    let server = traces(|_| Answer::status(413));
    let exporter = exporter(&server.url);
    exporter.send(chunk(1, 3));
    assert!(!exporter.flush(SECOND));
    let counters = &exporter.counters().targets[0];
    assert_eq!((counters.dropped_rejected.traces, counters.dropped_rejected.spans), (1, 3));
    assert_eq!(server.to("/v0.4/traces").len(), 1);
    assert!(counters.last_error.contains("413"), "{}", counters.last_error);
}

#[test]
fn a_failing_backend_gets_one_more_try_at_the_end() {
    let server = traces(|at| if at == 0 { Answer::status(503) } else { Answer::ok() });
    let exporter = exporter(&server.url);
    exporter.send(chunk(1, 1));
    assert!(within(SECOND / 2, || exporter.shutdown(SECOND)));
    assert_eq!(trace_ids(&server.to("/v0.4/traces")), [1, 1]);

    let server = traces(|_| Answer::status(500));
    let exporter = self::exporter(&server.url);
    exporter.send(chunk(1, 1));
    assert!(!within(SECOND / 2, || exporter.shutdown(SECOND)));
    assert_eq!(exporter.counters().targets[0].dropped_shutdown.traces, 1);
}

#[test]
fn a_slow_backend_gets_everything_in_fewer_requests() {
    let server = traces(|_| Answer::Late(Duration::from_millis(200), Box::new(Answer::ok())));
    let exporter = exporter(&server.url);
    for id in 1..=100 {
        exporter.send(chunk(id, 1));
        std::thread::sleep(Duration::from_millis(5));
    }
    assert!(exporter.flush(2 * SECOND));
    let requests = server.to("/v0.4/traces");
    assert_eq!(trace_ids(&requests), (1..=100).collect::<Vec<_>>());
    assert!(requests.len() < 8, "{}", requests.len());
}

#[test]
fn a_bad_backend_does_not_starve_a_good_one() {
    let (bad, good) = (Server::start(|_| Answer::Silence), Server::start(|_| Answer::ok()));
    let silent = Target::Datadog {
        url: bad.url.clone(),
        version: vedette_send::Version::V04,
        timeout: Duration::from_millis(50),
        headers: Vec::new(),
    };
    let exporter = Exporter::new(config(vec![silent, Target::datadog(&good.url)])).unwrap();
    for id in 1..=30 {
        exporter.send(chunk(id, 1));
        std::thread::sleep(Duration::from_millis(20));
    }
    assert!(!within(SECOND / 2, || exporter.shutdown(SECOND / 2)));
    assert_eq!(trace_ids(&good.to("/v0.4/traces")), (1..=30).collect::<Vec<_>>());
}

#[test]
fn several_threads_may_send_flush_and_end_at_once() {
    let server = Server::start(|_| Answer::ok());
    let exporter = Arc::new(exporter(&server.url));
    let threads: Vec<_> = (0..4)
        .map(|thread| {
            let exporter = Arc::clone(&exporter);
            std::thread::spawn(move || {
                for id in 1..=100 {
                    exporter.send(chunk(thread * 1_000 + id, 1));
                    if id % 25 == 0 {
                        assert!(exporter.flush(5 * SECOND));
                    }
                }
            })
        })
        .collect();
    threads.into_iter().for_each(|thread| thread.join().unwrap());
    let ends: Vec<_> = (0..3)
        .map(|_| {
            let exporter = Arc::clone(&exporter);
            std::thread::spawn(move || exporter.shutdown(SECOND))
        })
        .collect();
    assert!(ends.into_iter().all(|end| end.join().unwrap()));
    assert_eq!(trace_ids(&server.to("/v0.4/traces")).len(), 400);
}

#[test]
fn settings_that_make_no_sense_are_refused_at_the_start() {
    let make = |target| Exporter::new(config(vec![target])).map(|_| ()).unwrap_err().to_string();
    assert!(make(Target::datadog("localhost:8126")).contains("localhost:8126"));
    let bad_header = Target::Datadog {
        url: "http://localhost".into(),
        version: vedette_send::Version::V04,
        timeout: SECOND,
        headers: vec![("x y".into(), "secret".into())],
    };
    let text = make(bad_header);
    assert!(text.contains("x y") && !text.contains("secret"), "{text}");
}
