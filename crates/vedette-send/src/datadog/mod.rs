//! A Datadog Agent: trace intake v0.4 and v0.5, `/info`, sampling rates in answers, statistics.

mod headers;
mod info;
mod rates;
mod stats;

use std::borrow::Cow;
use std::sync::atomic::Ordering::Relaxed;
use std::sync::Arc;
use std::time::{Duration, Instant};

use ureq::http::Method;
use vedette_model::{Chunk, Process};
use vedette_trace::propagation::guard;
use vedette_trace::sampling::{trim_dropped, Sampler};
use vedette_wire::{encode, Format, Options};

use crate::backend::{split, Backend, Outcome, Payload, Trouble};
use crate::config::{Config, Target, Version};
use crate::counters::{Amount, TargetMeter};
use crate::door::Door;
use crate::http::{Failure, Headers, Reply};
use crate::sampled;
use crate::telemetry::{self, Teller};
use info::Info;
use stats::Stats;

/// How old the Agent's word about itself may get. It may be upgraded while we run.
const INFO_AGE: Duration = Duration::from_secs(300);
/// How long traces may be held up by the question.
const INFO_WAIT: Duration = Duration::from_millis(300);
/// How long an Agent that did not answer the question is left alone with it.
const INFO_PAUSE: Duration = Duration::from_secs(10);
/// Where statistics go.
const STATS: &str = "/v0.6/stats";
/// Tries of statistics: traces wait behind them.
const STATS_TRIES: u32 = 3;

/// One Agent.
pub(crate) struct Agent {
    door: Door,
    wanted: Version,
    process: Process,
    headers: Headers,
    sampler: Arc<Sampler>,
    payload_bytes: usize,
    /// Whether statements are obfuscated as the Agent would.
    obfuscates: bool,
    info: Info,
    /// Whether it has ever answered the question what it takes.
    asked: bool,
    /// When to ask for `/info`; at once after anything that hints at another Agent.
    ask_at: Instant,
    rates_seen: Vec<u8>,
    stats: Stats,
    /// What it is told about the process.
    teller: Option<Teller>,
    #[cfg(unix)]
    on_crash: Option<fn(telemetry::LastWords)>,
    /// Left out because sampling decided so and the Agent allows it; it is told with the next traces.
    left_out: Amount,
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
            obfuscates: config.obfuscate.sql,
            info: Info::default(),
            asked: false,
            ask_at: Instant::now(),
            rates_seen: Vec::new(),
            stats: Stats::new(config.stats && !config.process.standalone),
            teller: config.telemetry.as_ref().map(|settings| Teller::new(settings, &config.process)),
            #[cfg(unix)]
            on_crash: config.telemetry.as_ref().and_then(|settings| settings.on_crash),
            left_out: Amount::default(),
        }
    }

    /// Asks the Agent about itself if that is due, after it took traces: those never wait for the question, and the
    /// first of them have the form that every Agent takes. An answer that is not understood means an Agent that offers
    /// nothing beyond v0.4; one that does not come in time is asked for later.
    fn ask(&mut self, meter: &TargetMeter) {
        if Instant::now() < self.ask_at {
            return;
        }
        let reply = self.door.send(Method::GET, "/info", self.headers.clone(), &[], Some(INFO_WAIT), meter);
        let Ok(reply) = reply else {
            self.ask_at = Instant::now() + INFO_PAUSE;
            return;
        };
        self.asked = true;
        self.info = if reply.status == 200 { Info::parse(&reply.body) } else { Info::default() };
        guard::learn(self.info.organisation.as_deref());
        self.stats.heed(&self.info);
        if let Some(teller) = &mut self.teller {
            teller.heed(self.info.telemetry);
            #[cfg(unix)]
            if self.info.telemetry {
                self.prepare_last_words();
            }
        }
        self.ask_at = Instant::now() + INFO_AGE;
    }

    /// Once: whoever handles faults is told what to say.
    #[cfg(unix)]
    fn prepare_last_words(&mut self) {
        let Some(watch) = self.on_crash.take() else { return };
        let headers = headers::of_telemetry(self.headers.clone(), &self.process, "logs");
        if let Some(words) = telemetry::last_words(self.door.endpoint(), &headers, &self.process) {
            watch(words);
        }
    }

    fn format(&self) -> Format {
        match self.wanted {
            Version::V05 if self.info.v05 => Format::DatadogV05,
            _ => Format::DatadogV04,
        }
    }

    /// What is to be sent of `chunks`; counts statistics on the way, before sampling takes anything away.
    fn select<'a>(&mut self, chunks: &'a [Chunk], meter: &TargetMeter) -> Cow<'a, [Chunk]> {
        let passing = self.unfiltered(chunks, meter);
        self.stats.add(&passing, &self.process);
        if !self.stats.are_sent() || !self.info.drop_p0s {
            return passing;
        }
        let kept = sampled::only(&passing, |chunk| {
            let mut left = chunk.clone();
            trim_dropped(&mut left).then_some(left)
        });
        let Some(kept) = kept else { return passing };
        let missing = Amount::of(&passing).less(Amount::of(&kept));
        meter.unsampled.add(missing);
        self.left_out = self.left_out.plus(missing);
        Cow::Owned(kept)
    }

    /// Leaves out traces that the Agent does not want to see.
    fn unfiltered<'a>(&self, chunks: &'a [Chunk], meter: &TargetMeter) -> Cow<'a, [Chunk]> {
        let filter = &self.info.filter;
        let rejected = |chunk: &Chunk| {
            chunk.has_root && chunk.spans.first().is_some_and(|root| filter.rejects(root, &self.process))
        };
        if filter.is_empty() || !chunks.iter().any(rejected) {
            return Cow::Borrowed(chunks);
        }
        let passing: Vec<Chunk> = chunks.iter().filter(|chunk| !rejected(chunk)).cloned().collect();
        meter.filtered.add(Amount::of(chunks).less(Amount::of(&passing)));
        Cow::Owned(passing)
    }

    fn hand_over(
        &mut self,
        payload: &Payload,
        within: Option<Duration>,
        meter: &TargetMeter,
    ) -> Result<Reply, Failure> {
        let method = if payload.path == telemetry::PATH { Method::POST } else { Method::PUT };
        let headers = self.headers_for(payload);
        let reply = self.door.send(method, payload.path, headers, &payload.body, within, meter);
        if let (Some(teller), false) = (&mut self.teller, payload.path == telemetry::PATH) {
            teller.count_request(payload.body.len(), reply.as_ref().map_or(0, |reply| reply.status));
        }
        reply
    }

    fn headers_for(&self, payload: &Payload) -> Headers {
        let headers = self.headers.clone();
        if payload.path == telemetry::PATH {
            return headers::of_telemetry(headers, &self.process, payload.kind);
        }
        if payload.path == STATS {
            let version = self.info.obfuscation.filter(|_| self.obfuscates);
            return version.map_or(headers.clone(), |version| {
                headers.with_number("datadog-obfuscation-version", version)
            });
        }
        let headers = headers.with_number("x-datadog-trace-count", payload.amount.traces);
        if !self.stats.are_sent() {
            // In standalone mode nobody is to compute them: requests are not what is paid for.
            let nobody = if self.process.standalone { "yes" } else { "" };
            return headers.with("datadog-client-computed-stats", nobody);
        }
        headers
            .with("datadog-client-computed-stats", "yes")
            .with_number("datadog-client-dropped-p0-traces", self.left_out.traces)
            .with_number("datadog-client-dropped-p0-spans", self.left_out.spans)
    }

    /// The Agent has it.
    fn arrived(&mut self, payload: &Payload, reply: &Reply, meter: &TargetMeter) {
        if payload.path == STATS {
            meter.stats.fetch_add(1, Relaxed);
            return;
        }
        if payload.path == telemetry::PATH {
            self.teller.iter_mut().for_each(Teller::arrived);
            return;
        }
        self.left_out = Amount::default();
        self.teller.iter_mut().for_each(|teller| teller.count_sent(payload.amount.traces));
        // The same rates come with every answer.
        if reply.body != self.rates_seen {
            rates::feed(&self.sampler, &reply.body);
            self.rates_seen.clone_from(&reply.body);
        }
    }

    /// After an absence, or a refusal, it may be another Agent. A connection that broke is first tried again.
    fn doubt(&mut self, outcome: &Outcome) {
        match outcome {
            Outcome::Failed { trouble: Trouble::Dead, .. } | Outcome::Rejected(_) => {
                self.ask_at = Instant::now()
            }
            Outcome::Failed { trouble: Trouble::Broken, .. } => self.ask_at = Instant::now() + INFO_WAIT,
            _ => {}
        }
    }
}

impl Backend for Agent {
    fn encode(&mut self, chunks: &[Chunk], within: Option<Duration>, meter: &TargetMeter) -> Vec<Payload> {
        if let Some(teller) = &mut self.teller {
            teller.count(chunks);
        }
        let selected = self.select(chunks, meter);
        if selected.is_empty() {
            return Vec::new();
        }
        if !self.asked && within.is_none() && selected.iter().any(has_structures) {
            self.ask(meter); // only structures hold all that is known of an attack
        }
        let format = self.format();
        let options = Options { native_events: self.info.span_events, structures: self.info.structures };
        let mut write = |chunks: &[Chunk]| encode(format, chunks, &self.process, &options);
        let found = split(&selected, self.payload_bytes, &mut write).into_iter();
        found.map(|(body, amount)| Payload::traces(body, amount, path(format))).collect()
    }

    fn send(&mut self, payload: &Payload, within: Option<Duration>, meter: &TargetMeter) -> Outcome {
        match Outcome::of(self.hand_over(payload, within, meter)) {
            Ok(reply) => {
                self.arrived(payload, &reply, meter);
                if within.is_none() {
                    self.ask(meter);
                }
                Outcome::Sent
            }
            Err(outcome) => {
                self.doubt(&outcome);
                if payload.path == telemetry::PATH {
                    self.teller.iter_mut().for_each(|teller| untold(teller, &outcome));
                }
                outcome
            }
        }
    }

    fn periodic(&mut self, last: bool) -> Option<Payload> {
        if let Some(body) = self.stats.take(last, &self.process) {
            return Some(Payload {
                body,
                amount: Amount::default(),
                path: STATS,
                tries: STATS_TRIES,
                kind: "",
            });
        }
        let message = self.teller.as_mut()?.take(Instant::now(), last)?;
        let telemetry::Message { kind, body } = message;
        Some(Payload { body, amount: Amount::default(), path: telemetry::PATH, tries: 1, kind })
    }

    fn due(&self) -> Option<Instant> {
        let told = self.teller.as_ref().and_then(Teller::due);
        [self.stats.due(), told].into_iter().flatten().min()
    }
}

/// A message of telemetry did not arrive.
fn untold(teller: &mut Teller, outcome: &Outcome) {
    match outcome {
        Outcome::Failed { .. } => teller.failed(),
        Outcome::Rejected(_) => teller.refused(),
        Outcome::Sent | Outcome::Partly { .. } => teller.arrived(),
    }
}

fn has_structures(chunk: &Chunk) -> bool {
    chunk.spans.iter().any(|span| span.extras.as_ref().is_some_and(|extras| !extras.structures.is_empty()))
}

/// Where an Agent takes a format.
fn path(format: Format) -> &'static str {
    match format {
        Format::DatadogV05 => "/v0.5/traces",
        _ => "/v0.4/traces",
    }
}
