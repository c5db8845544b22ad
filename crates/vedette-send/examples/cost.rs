//! What sending costs: nanoseconds per push on the caller's thread, and CPU of the sender per chunk and second.
//!
//! `cargo run --release -p vedette-send --example cost` (Linux)

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::time::{Duration, Instant};

use vedette_model::{keys, Chunk, Decision, Process, Span};
use vedette_send::{Config, Exporter, Target};
use vedette_trace::sampling::{Sampler, SamplingConfig};

fn main() {
    let url = format!("http://{}", backend());
    println!(
        "{:>10} {:>12} {:>14} {:>14} {:>10}",
        "traces/s", "push ns", "sender us/tr.", "sender CPU %", "requests"
    );
    for rate in [1, 10, 50, 100, 1_000, 5_000, 20_000] {
        measure(&url, rate);
    }
}

/// Sends at that rate for two seconds.
fn measure(url: &str, rate: u64) {
    let sampler = Arc::new(Sampler::new(SamplingConfig::default()));
    let mut config = Config::new(Process { service: "shop".into(), ..Process::default() }, sampler);
    config.targets.push(Target::datadog(url));
    let exporter = Exporter::new(config).unwrap();
    exporter.send(chunk(0));
    exporter.flush(Duration::from_secs(1));

    let (cpu, requests, started) = (sender_cpu(), exporter.counters().targets[0].requests, Instant::now());
    let total = rate * 2;
    let mut pushing = Duration::ZERO;
    for id in 1..=total {
        let due = started + Duration::from_secs(2) * id as u32 / total as u32;
        std::thread::sleep(due.saturating_duration_since(Instant::now()));
        let chunk = chunk(id);
        let before = Instant::now();
        exporter.send(chunk);
        pushing += before.elapsed();
    }
    exporter.flush(Duration::from_secs(1));
    let (cpu, took) = (sender_cpu() - cpu, started.elapsed());
    println!(
        "{rate:>10} {:>12.0} {:>14.2} {:>14.3} {:>10}",
        pushing.as_nanos() as f64 / total as f64,
        cpu.as_nanos() as f64 / 1e3 / total as f64,
        100.0 * cpu.as_secs_f64() / took.as_secs_f64(),
        exporter.counters().targets[0].requests - requests,
    );
    exporter.shutdown(Duration::from_secs(1));
}

/// CPU time of the sender thread so far.
fn sender_cpu() -> Duration {
    for task in std::fs::read_dir("/proc/self/task").unwrap() {
        let task = task.unwrap().path();
        if std::fs::read_to_string(task.join("comm")).is_ok_and(|name| name.trim() == "vedette-sender") {
            let text = std::fs::read_to_string(task.join("schedstat")).unwrap_or_default();
            let nanos = text.split(' ').next().and_then(|first| first.parse().ok());
            return Duration::from_nanos(nanos.unwrap_or(0));
        }
    }
    Duration::ZERO
}

/// A request of a web application: three spans with five attributes each.
fn chunk(id: u64) -> Chunk {
    let mut spans = vec![Span::default(); 3];
    for (at, span) in spans.iter_mut().enumerate() {
        span.id = id * 10 + at as u64 + 1;
        span.start = vedette_model::clock::unix();
        span.duration = 1_000_000;
        span.name = "flask.request".into();
        span.resource = "GET /users/<id>".into();
        span.set(keys::HTTP_REQUEST_METHOD, "GET");
        span.set(keys::URL_FULL, "http://shop.example/users/42?page=2");
        span.set(keys::HTTP_RESPONSE_STATUS_CODE, 200);
        span.set(keys::HTTP_ROUTE, "/users/<id>");
        span.set(keys::COMPONENT, "flask");
    }
    spans[2].span_type = "sql".into();
    spans[2].resource = "SELECT id, name, price FROM items WHERE owner = 42 ORDER BY name".into();
    let decision = Decision { priority: 1, ..Decision::default() };
    Chunk { trace_id: u128::from(id), spans, has_root: true, decision, ..Chunk::default() }
}

/// A backend that takes everything.
fn backend() -> std::net::SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            std::thread::spawn(move || serve(stream));
        }
    });
    address
}

fn serve(stream: TcpStream) -> Option<()> {
    let mut reader = BufReader::new(stream.try_clone().ok()?);
    let mut stream = stream;
    loop {
        let mut length = 0;
        let mut line = String::new();
        while reader.read_line(&mut line).ok().filter(|count| *count > 2).is_some() {
            if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
                length = value.trim().parse().ok()?;
            }
            line.clear();
        }
        let mut body = vec![0; length];
        reader.read_exact(&mut body).ok()?;
        let answer = r#"{"endpoints":["/v0.4/traces","/v0.6/stats"]}"#;
        let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n", answer.len());
        stream.write_all(&[head.as_bytes(), answer.as_bytes()].concat()).ok()?;
    }
}
