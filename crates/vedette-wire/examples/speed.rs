//! Time and size of encoding and decoding 1,000 spans with five attributes each, in every format.
//! `cargo run --release -p vedette-wire --example speed`.

use std::time::{Duration, Instant};

use vedette_model::{keys, Chunk, Key, Kind, Process, Span};
use vedette_wire::{decode, encode, DecodeLimits, Format, Options};

const SPANS: u64 = 1_000;
const ROUNDS: usize = 200;

fn main() {
    let process = Process {
        service: "shop".into(),
        env: "staging".into(),
        version: "1.0".into(),
        ..Process::default()
    };
    let mixes = [("plain", plain as fn(u64) -> Span), ("requests and queries", mixed)];
    for (mix, span) in mixes {
        let chunks = chunks(span);
        for format in [Format::DatadogV04, Format::DatadogV05, Format::OtlpProtobuf, Format::OtlpJson] {
            let body = encode(format, &chunks, &process, &Options::default());
            let writing = fastest(|| encode(format, &chunks, &process, &Options::default()).len());
            let reading = fastest(|| decode(format, &body, &DecodeLimits::default()).map_or(0, |r| r.len()));
            println!(
                "{mix:20} {format:13?} encode {writing:>9.1?}  decode {reading:>9.1?}  {:>4} bytes a span",
                body.len() as u64 / SPANS
            );
        }
    }
}

fn fastest(work: impl Fn() -> usize) -> Duration {
    let round = || {
        let start = Instant::now();
        std::hint::black_box(work());
        start.elapsed()
    };
    (0..ROUNDS).map(|_| round()).min().unwrap_or_default()
}

/// Traces of ten spans.
fn chunks(span: fn(u64) -> Span) -> Vec<Chunk> {
    let chunk = |trace: u64| {
        let mut spans: Vec<Span> = (0..10).map(|at| span(trace * 10 + at + 1)).collect();
        spans[0].parent = 0;
        Chunk { trace_id: u128::from(trace + 1) << 64 | 7, spans, has_root: true, ..Chunk::default() }
    };
    (0..SPANS / 10).map(chunk).collect()
}

fn plain(id: u64) -> Span {
    let mut span = Span {
        id: id << 40,
        parent: id << 39,
        start: 1_767_323_045_000_000_000,
        duration: 1_234_567,
        name: "cart.total".into(),
        ..Span::default()
    };
    for at in 0..4 {
        span.set(Key::new(&format!("cart.attribute_{at}")).expect("a key"), "some text");
    }
    span.set(Key::new("cart.items").expect("a key"), 12);
    span
}

fn mixed(id: u64) -> Span {
    let mut span = plain(id);
    span.attributes.clear();
    if id % 2 == 0 {
        span.kind = Kind::Server;
        span.name = "flask.request".into();
        span.resource = "GET /orders/<id>".into();
        span.set(keys::HTTP_REQUEST_METHOD, "GET");
        span.set(keys::HTTP_ROUTE, "/orders/<id>");
        span.set(keys::URL_FULL, "http://shop.example:8080/orders/7?full=1");
        span.set(keys::HTTP_RESPONSE_STATUS_CODE, 200);
        span.set(keys::COMPONENT, "flask");
    } else {
        span.kind = Kind::Client;
        span.service = "postgres".into();
        span.span_type = "sql".into();
        span.name = "postgres.query".into();
        span.resource =
            "SELECT id, name, total FROM orders JOIN users ON users.id = user_id WHERE orders.id = ?".into();
        span.set(keys::DB_SYSTEM_NAME, "postgresql");
        span.set(keys::DB_NAMESPACE, "shop");
        span.set(keys::SERVER_ADDRESS, "db.internal");
        span.set(keys::SERVER_PORT, 5432);
        span.set(keys::COMPONENT, "psycopg");
    }
    span
}
