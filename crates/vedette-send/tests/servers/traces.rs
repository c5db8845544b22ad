//! Traces to send, and how to read them again.

use std::sync::Arc;
use std::time::Duration;

use vedette_model::{Chunk, Decision, Process, Span};
use vedette_send::{Config, Exporter, Target};
use vedette_trace::sampling::{Sampler, SamplingConfig};
use vedette_wire::{decode, DecodeLimits, Format};

use super::Request;

pub const SECOND: Duration = Duration::from_secs(1);

/// Settings for tests: no statistics, so that only what a test asks for is sent.
pub fn config(targets: Vec<Target>) -> Config {
    let process = Process {
        service: "shop".into(),
        language: "python".into(),
        language_version: "3.11.9".into(),
        interpreter: "CPython".into(),
        tracer_version: "0.1.0".into(),
        container_id: "c0ffee".into(),
        ..Process::default()
    };
    let sampler = Arc::new(Sampler::new(SamplingConfig::default()));
    Config { targets, stats: false, ..Config::new(process, sampler) }
}

pub fn exporter(url: &str) -> Exporter {
    Exporter::new(config(vec![Target::datadog(url)])).unwrap()
}

/// A kept trace of `spans` spans.
pub fn chunk(id: u64, spans: usize) -> Chunk {
    let span = |at: usize| Span {
        id: id * 1_000_000 + at as u64 + 1,
        parent: if at == 0 { 0 } else { id * 1_000_000 + 1 },
        start: 1_700_000_000_000_000_000 + at as u64,
        duration: 1_000,
        name: "shop.cart".into(),
        resource: format!("GET /cart/{at}/of/a/longer/path").into(),
        ..Span::default()
    };
    Chunk {
        trace_id: u128::from(id),
        spans: (0..spans).map(span).collect(),
        has_root: true,
        decision: Decision { priority: 1, ..Decision::default() },
        ..Chunk::default()
    }
}

/// The traces of a request to `/v0.4/traces`.
pub fn received(request: &Request) -> Vec<Chunk> {
    let decoded = decode(Format::DatadogV04, &request.body, &DecodeLimits::default()).unwrap();
    decoded.into_iter().flat_map(|received| received.chunks).collect()
}

/// Ids of all traces in these requests, sorted.
pub fn trace_ids(requests: &[Request]) -> Vec<u64> {
    let mut ids: Vec<u64> = requests.iter().flat_map(received).map(|chunk| chunk.trace_id as u64).collect();
    ids.sort_unstable();
    ids
}
