//! Prints what propagation and sampling cost, in nanoseconds per call: `cargo run --release -p vedette-trace --example speed`.

use std::hint::black_box;
use std::time::Instant;

use vedette_model::{Span, Text};
use vedette_trace::propagation::{extract, inject, Config, Headers, Outgoing};
use vedette_trace::sampling::{parse_rules, Sampler, SamplingConfig};

const HEADERS: &[(&str, &str)] = &[
    ("host", "shop.example"),
    ("user-agent", "curl/8"),
    ("accept", "*/*"),
    ("x-datadog-trace-id", "11803532876627986230"),
    ("x-datadog-parent-id", "67667974448284343"),
    ("x-datadog-sampling-priority", "1"),
    ("x-datadog-tags", "_dd.p.dm=-1,_dd.p.ksr=1,_dd.p.tid=4bf92f3577b34da6"),
    ("traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"),
    ("tracestate", "dd=s:1;p:00f067aa0ba902b7;t.dm:-1;t.ksr:1,rojo=00f067aa0ba902b7"),
];

/// Best of several rounds: what the code costs when nothing else runs.
fn measure(what: &str, mut call: impl FnMut()) {
    const CALLS: u32 = 50_000;
    let mut round = || {
        let start = Instant::now();
        (0..CALLS).for_each(|_| call());
        start.elapsed().as_nanos() as f64 / f64::from(CALLS)
    };
    let best = (0..10).map(|_| round()).fold(f64::INFINITY, f64::min);
    println!("{what:<48} {best:8.1} ns");
}

fn propagation() {
    let config = Config::default();
    measure("extract, datadog + tracecontext", || {
        black_box(extract(&config, black_box(&Headers(HEADERS))));
    });
    measure("extract, no trace headers", || {
        black_box(extract(&config, black_box(&Headers(&HEADERS[..3]))));
    });
    let remote = extract(&config, &Headers(HEADERS)).remote.unwrap_or_default();
    let outgoing = Outgoing {
        trace_id: remote.trace_id,
        span_id: 77,
        priority: remote.priority,
        tags: &remote.tags,
        tracestate: &remote.tracestate,
        ..Outgoing::default()
    };
    let mut bytes = 0;
    measure("inject, datadog + tracecontext", || {
        inject(&config, black_box(&outgoing), &mut |_, value| bytes += value.len());
    });
    black_box(bytes);
}

fn sampling() {
    let root = Span { name: Text::new("web.request"), service: Text::new("web"), ..Span::default() };
    let sampler = Sampler::new(SamplingConfig::default());
    measure("decide, nothing configured", || {
        black_box(sampler.decide(black_box(&root), 77, "web", "prod", 1));
    });
    sampler.set_agent_rates(&[("service:web,env:prod".to_owned(), 0.5), ("service:,env:".to_owned(), 1.0)]);
    measure("decide, rates of the Agent", || {
        black_box(sampler.decide(black_box(&root), 77, "web", "prod", 1));
    });
    let json = r#"[{"service":"api*","sample_rate":0.1},{"name":"web.*","sample_rate":0.5}]"#;
    let rules = parse_rules(json).map(|(rules, _)| rules).unwrap_or_default();
    let sampler = Sampler::new(SamplingConfig { rules, ..SamplingConfig::default() });
    let mut now = 0;
    measure("decide, second of two rules", || {
        now += 20_000_000;
        black_box(sampler.decide(black_box(&root), 77, "web", "prod", now));
    });
}

fn main() {
    propagation();
    sampling();
}
