//! A Datadog Agent: trace intake v0.4 and v0.5, `/info`, sampling rates in answers, statistics.

mod headers;
mod info;
mod rates;

use std::sync::Arc;
use std::time::{Duration, Instant};

use ureq::http::Method;
use vedette_model::{Chunk, Process};
use vedette_trace::sampling::Sampler;

use crate::backend::{split, Backend, Outcome, Payload};
use crate::config::{Config, Target, Version};
use crate::counters::TargetMeter;
use crate::door::Door;
use crate::http::{Failure, Headers, Reply};
use crate::wire::Format;
pub(crate) use info::Info;

/// How old the Agent's word about itself may get. It may be upgraded while we run.
const INFO_AGE: Duration = Duration::from_secs(300);

/// One Agent.
pub(crate) struct Agent {
    door: Door,
    wanted: Version,
    process: Process,
    headers: Headers,
    sampler: Arc<Sampler>,
    payload_bytes: usize,
    info: Info,
    /// When to ask for `/info`; at once after anything that hints at another Agent.
    ask_at: Instant,
    rates_seen: Vec<u8>,
}

impl Agent {
    pub fn new(target: &Target, config: &Config) -> Agent {
        let version = match target {
            Target::Datadog { version, .. } => *version,
            Target::Otlp { .. } => Version::V04,
        };
        Agent {
            door: Door::new(target),
            wanted: version,
            process: config.process.clone(),
            headers: headers::of(&config.process),
            sampler: Arc::clone(&config.sampler),
            payload_bytes: config.payload_bytes,
            info: Info::default(),
            ask_at: Instant::now(),
            rates_seen: Vec::new(),
        }
    }

    /// Asks the Agent about itself if that is due. The error is a failure to reach it; an answer that is
    /// not understood means an Agent that offers nothing beyond v0.4.
    fn ask(&mut self, within: Option<Duration>, meter: &TargetMeter) -> Result<(), Failure> {
        if Instant::now() < self.ask_at {
            return Ok(());
        }
        // At the end the traces matter more than what the Agent could do with them.
        let within = within.map(|within| within / 3);
        let reply = self.door.send(Method::GET, "/info", self.headers.clone(), &[], within, meter)?;
        self.info = if reply.status == 200 { Info::parse(&reply.body) } else { Info::default() };
        self.ask_at = Instant::now() + INFO_AGE;
        Ok(())
    }

    fn format(&self) -> Format {
        match self.wanted {
            Version::V05 if self.info.v05 => Format::DatadogV05,
            _ => Format::DatadogV04,
        }
    }

    fn hand_over(
        &mut self,
        payload: &Payload,
        within: Option<Duration>,
        meter: &TargetMeter,
    ) -> Result<Reply, Failure> {
        let started = Instant::now();
        self.ask(within, meter)?;
        let headers =
            self.headers.clone().with_number("x-datadog-trace-count", payload.amount.traces as usize);
        let left = within.map(|within| within.saturating_sub(started.elapsed()));
        self.door.send(Method::PUT, payload.path, headers, &payload.body, left, meter)
    }

    /// Feeds the rates in an answer to the sampler, unless they are those of the last answer.
    fn learn(&mut self, reply: &Reply) {
        if reply.body != self.rates_seen {
            rates::feed(&self.sampler, &reply.body);
            self.rates_seen.clone_from(&reply.body);
        }
    }
}

impl Backend for Agent {
    fn encode(&mut self, chunks: &[Chunk], meter: &TargetMeter) -> Vec<Payload> {
        // An Agent that cannot be reached is asked again before the payload is sent.
        let _ = self.ask(Some(Duration::from_secs(1)), meter);
        let format = self.format();
        let mut found = Vec::new();
        let mut write = |chunks: &[Chunk]| crate::wire::datadog(format, chunks, &self.process, &self.info);
        split(chunks, self.payload_bytes, &mut write, &mut found);
        let payloads = found.into_iter();
        payloads.map(|(body, amount)| Payload { body, amount, path: path(format) }).collect()
    }

    fn send(&mut self, payload: &Payload, within: Option<Duration>, meter: &TargetMeter) -> Outcome {
        match Outcome::of(self.hand_over(payload, within, meter)) {
            Ok(reply) => {
                self.learn(&reply);
                Outcome::Sent
            }
            Err(outcome) => {
                self.ask_at = Instant::now();
                outcome
            }
        }
    }
}

/// Where an Agent takes a format.
fn path(format: Format) -> &'static str {
    match format {
        Format::DatadogV05 => "/v0.5/traces",
        _ => "/v0.4/traces",
    }
}
