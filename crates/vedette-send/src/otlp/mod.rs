//! An OTLP/HTTP receiver (<https://opentelemetry.io/docs/specs/otlp/#otlphttp>).

mod answer;

use std::io::Write;
use std::time::Duration;

use flate2::write::GzEncoder;
use flate2::Compression;
use ureq::http::Method;
use vedette_model::{Chunk, Process};
use vedette_wire::{content_type, encode, Format, Options};

use crate::backend::{split, Backend, Outcome, Payload};
use crate::config::{Config, Target};
use crate::counters::{Amount, TargetMeter};
use crate::door::Door;
use crate::http::Headers;
use crate::sampled;

/// One receiver.
pub(crate) struct Receiver {
    door: Door,
    format: Format,
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
        let format = if json { Format::OtlpJson } else { Format::OtlpProtobuf };
        Receiver {
            door: Door::new(target),
            format,
            gzip,
            process: config.process.clone(),
            headers: Headers::new()
                .with("content-type", content_type(format))
                .with("content-encoding", if gzip { "gzip" } else { "" }),
            payload_bytes: config.payload_bytes,
        }
    }
}

impl Backend for Receiver {
    /// OTLP has no priority: what sampling decided against is not sent, but for single spans that a rule kept.
    fn encode(&mut self, chunks: &[Chunk], _: Option<Duration>, meter: &TargetMeter) -> Vec<Payload> {
        let kept = sampled::only(chunks, sampled::marked);
        if let Some(kept) = &kept {
            meter.unsampled.add(Amount::of(chunks).less(Amount::of(kept)));
        }
        let kept = kept.as_deref().unwrap_or(chunks);
        if kept.is_empty() {
            return Vec::new();
        }
        let mut write = |chunks: &[Chunk]| encode(self.format, chunks, &self.process, &Options::default());
        let found = split(kept, self.payload_bytes, &mut write).into_iter();
        let pack = |body| if self.gzip { zip(body) } else { body };
        found.map(|(body, amount)| Payload::traces(pack(body), amount, "")).collect()
    }

    fn send(&mut self, payload: &Payload, within: Option<Duration>, meter: &TargetMeter) -> Outcome {
        let reply =
            self.door.send(Method::POST, payload.path, self.headers.clone(), &payload.body, within, meter);
        match Outcome::of(reply) {
            Ok(reply) => {
                accepted(answer::parse(&reply.body, self.format == Format::OtlpJson), payload.amount, meter)
            }
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
