//! An OTLP/HTTP receiver (<https://opentelemetry.io/docs/specs/otlp/#otlphttp>).

mod answer;

use std::io::Write;
use std::time::{Duration, Instant};

use flate2::write::GzEncoder;
use flate2::Compression;
use ureq::http::Method;
use vedette_model::{Chunk, Process};
use vedette_wire::{content_type, encode, otlp, Format, Options};

use crate::backend::{split, Backend, Outcome, Payload};
use crate::config::{Config, Target};
use crate::counters::{Amount, TargetMeter};
use crate::door::Door;
use crate::http::Headers;
use crate::sampled;

/// What a payload of log records has for a path: they have an address of their own.
const LOGS: &str = "logs";
/// Tries of log records: traces, which tell the same, wait behind them.
const LOGS_TRIES: u32 = 2;
/// How long a receiver that wants no logs is left alone with them.
const LOGS_PAUSE: Duration = Duration::from_secs(300);

/// One receiver.
pub(crate) struct Receiver {
    door: Door,
    /// Where findings go as log records, if anywhere.
    logs: Option<Door>,
    /// Until then it wants none.
    no_logs_until: Option<Instant>,
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
            logs: target.for_logs().as_ref().map(Door::new),
            no_logs_until: None,
            format,
            gzip,
            process: config.process.clone(),
            headers: Headers::new()
                .with("content-type", content_type(format))
                .with("content-encoding", if gzip { "gzip" } else { "" }),
            payload_bytes: config.payload_bytes,
        }
    }

    fn packed(&self, body: Vec<u8>) -> Vec<u8> {
        if self.gzip {
            zip(body)
        } else {
            body
        }
    }

    /// The findings in `chunks` as log records, if there are any and the receiver wants them.
    fn findings(&self, chunks: &[Chunk]) -> Option<Payload> {
        self.logs.as_ref()?;
        if self.no_logs_until.is_some_and(|until| Instant::now() < until) {
            return None;
        }
        let body = otlp::logs::encode(chunks, &self.process, self.format == Format::OtlpJson)?;
        Some(Payload {
            body: self.packed(body),
            amount: Amount::default(),
            path: LOGS,
            tries: LOGS_TRIES,
            kind: "",
        })
    }

    fn send_logs(&mut self, body: &[u8], within: Option<Duration>, meter: &TargetMeter) -> Outcome {
        let Some(door) = &mut self.logs else { return Outcome::Sent };
        match Outcome::of(door.send(Method::POST, "", self.headers.clone(), body, within, meter)) {
            Ok(_) => Outcome::Sent,
            Err(outcome) => {
                if matches!(outcome, Outcome::Rejected(_)) {
                    self.no_logs_until = Some(Instant::now() + LOGS_PAUSE);
                }
                outcome
            }
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
        let traces = found.map(|(body, amount)| Payload::traces(self.packed(body), amount, ""));
        traces.chain(self.findings(kept)).collect()
    }

    fn send(&mut self, payload: &Payload, within: Option<Duration>, meter: &TargetMeter) -> Outcome {
        if payload.path == LOGS {
            return self.send_logs(&payload.body, within, meter);
        }
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
