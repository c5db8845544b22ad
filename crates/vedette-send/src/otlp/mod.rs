//! An OTLP/HTTP receiver (<https://opentelemetry.io/docs/specs/otlp/#otlphttp>).

mod answer;

use std::io::Write;
use std::time::Duration;

use flate2::write::GzEncoder;
use flate2::Compression;
use ureq::http::Method;
use vedette_model::{Chunk, Process};

use crate::backend::{split, Backend, Outcome, Payload};
use crate::config::{Config, Target};
use crate::counters::{Amount, TargetMeter};
use crate::door::Door;
use crate::http::Headers;
use crate::wire::Format;

/// One receiver.
pub(crate) struct Receiver {
    door: Door,
    json: bool,
    gzip: bool,
    process: Process,
    headers: Headers,
    payload_bytes: usize,
}

impl Receiver {
    pub fn new(target: &Target, config: &Config) -> Receiver {
        let (json, gzip) = match target {
            Target::Otlp { json, gzip, .. } => (*json, *gzip),
            Target::Datadog { .. } => (false, false),
        };
        let kind = if json { "application/json" } else { "application/x-protobuf" };
        Receiver {
            door: Door::new(target),
            json,
            gzip,
            process: config.process.clone(),
            headers: Headers::new()
                .with("content-type", kind)
                .with("content-encoding", if gzip { "gzip" } else { "" }),
            payload_bytes: config.payload_bytes,
        }
    }

    fn format(&self) -> Format {
        if self.json {
            Format::DatadogV04
        } else {
            Format::DatadogV05
        }
    }
}

impl Backend for Receiver {
    /// OTLP has no priority: what sampling decided against is not sent, but for single spans that a rule kept.
    fn encode(&mut self, chunks: &[Chunk], meter: &TargetMeter) -> Vec<Payload> {
        let sampled = crate::sampled::only(chunks, meter);
        if sampled.is_empty() {
            return Vec::new();
        }
        let mut found = Vec::new();
        let mut write = |chunks: &[Chunk]| crate::wire::otlp(self.format(), chunks, &self.process);
        split(&sampled, self.payload_bytes, &mut write, &mut found);
        let pack = |body| if self.gzip { zip(body) } else { body };
        found.into_iter().map(|(body, amount)| Payload { body: pack(body), amount, path: "" }).collect()
    }

    fn send(&mut self, payload: &Payload, within: Option<Duration>, meter: &TargetMeter) -> Outcome {
        let reply =
            self.door.send(Method::POST, payload.path, self.headers.clone(), &payload.body, within, meter);
        match Outcome::of(reply) {
            Ok(reply) => accepted(answer::parse(&reply.body, self.json), payload.amount, meter),
            Err(outcome) => outcome,
        }
    }
}

/// A receiver may take some spans and refuse others; it does not say which.
fn accepted(answer: answer::Partial, amount: Amount, meter: &TargetMeter) -> Outcome {
    let refused = answer.rejected_spans.min(amount.spans);
    if refused == 0 {
        return Outcome::Sent;
    }
    let text = format!("{refused} spans refused: {}", answer.message);
    if refused == amount.spans {
        return Outcome::Rejected(text);
    }
    meter.error(&text);
    Outcome::Partly { refused }
}

/// Compresses for speed: the worker shares the machine with the application.
fn zip(body: Vec<u8>) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::with_capacity(body.len() / 4), Compression::fast());
    // Writing to memory cannot fail.
    let _ = encoder.write_all(&body);
    encoder.finish().unwrap_or_default()
}
