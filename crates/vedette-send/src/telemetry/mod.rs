//! What a process tells about itself to the user's own Agent, and to nobody else: its settings, libraries and
//! integrations, and what it counts (`/telemetry/proxy/api/v2/apmtelemetry`). Told by the sender's thread, to an Agent
//! that offers the endpoint, once it has taken traces.

mod counts;
#[cfg(unix)]
mod crash;
mod delivery;
mod dependencies;
mod facts;
mod host;

use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::{json, Value};
use vedette_model::{clock, Chunk, Process};

use counts::Counts;
#[cfg(unix)]
pub(crate) use crash::last_words;
#[cfg(unix)]
pub use crash::{LastWords, Way};
use delivery::{Delivery, AGAIN};
use dependencies::Known;
pub use facts::{Facts, Integration, Loaded};
#[cfg(target_os = "linux")]
pub(crate) use host::hostname;

/// Where it goes.
pub(crate) const PATH: &str = "/telemetry/proxy/api/v2/apmtelemetry";

/// Endpoints in one message, as the protocol has it.
const ENDPOINTS: usize = 300;
/// How long the end of a process looks for packages: somebody waits for it.
const LAST_LOOK: Duration = Duration::from_millis(250);

/// What is told, and how often.
#[derive(Clone)]
pub struct Telemetry {
    /// What the process knows of itself.
    pub facts: Arc<Facts>,
    /// Time between two signs of life.
    pub heartbeat: Duration,
    /// Time between two repetitions of all that is known.
    pub extended: Duration,
    /// Whether counts are told.
    pub metrics: bool,
    /// Whether the packages in use are told.
    pub dependencies: bool,
    /// Whether errors within the library are told.
    pub logs: bool,
    /// Who handles faults that kill the process, if they are to be told.
    #[cfg(unix)]
    pub on_crash: Option<fn(LastWords)>,
    /// How the library came to be installed: id, type and time, if it is known.
    pub install: Option<[String; 3]>,
}

/// One message, ready to be sent.
#[derive(Clone)]
pub(crate) struct Message {
    pub kind: &'static str,
    pub body: Vec<u8>,
}

/// The telling of one process to one Agent.
pub(crate) struct Teller {
    settings: Telemetry,
    application: Value,
    host: Value,
    runtime_id: String,
    /// Number of the next message; the first is 1.
    number: u64,
    /// Whether the Agent wants to be told.
    wanted: bool,
    next: Option<Instant>,
    repeat_at: Instant,
    told: Told,
    delivery: Delivery,
    known: Known,
    counts: Counts,
    closed: bool,
}

/// How much of the facts has been told.
#[derive(Default)]
struct Told {
    started: bool,
    protected: bool,
    configuration: usize,
    integrations: usize,
    endpoints: usize,
    troubles: usize,
}

impl Teller {
    pub fn new(settings: &Telemetry, process: &Process) -> Teller {
        Teller {
            settings: settings.clone(),
            application: application(process),
            host: host::described(),
            runtime_id: process.runtime_id.clone(),
            number: 1,
            wanted: false,
            next: None,
            repeat_at: Instant::now() + settings.extended,
            told: Told::default(),
            delivery: Delivery::default(),
            known: Known::default(),
            counts: Counts::new(),
            closed: false,
        }
    }

    /// Takes the Agent's word about what it wants.
    pub fn heed(&mut self, wanted: bool) {
        self.wanted = wanted;
        if wanted && self.next.is_none() {
            self.next = Some(Instant::now());
        }
    }

    /// Counts what is on its way, before sampling takes anything away.
    pub fn count(&mut self, chunks: &[Chunk]) {
        if self.settings.metrics && !self.closed {
            self.counts.add(chunks);
        }
    }

    /// Counts chunks that the Agent has.
    pub fn count_sent(&mut self, chunks: u64) {
        if self.settings.metrics && !self.closed {
            self.counts.sent(chunks);
        }
    }

    /// Counts a request to the Agent; `status` is 0 where no answer came.
    pub fn count_request(&mut self, bytes: usize, status: u16) {
        if self.settings.metrics && !self.closed {
            self.counts.request(bytes, status);
        }
    }

    /// The Agent has the message that was told last.
    pub fn arrived(&mut self) {
        self.delivery.arrived();
    }

    /// The message that was told last did not arrive.
    pub fn failed(&mut self) {
        self.delivery.failed();
        self.next = Some(Instant::now() + AGAIN.min(self.settings.heartbeat));
    }

    /// The Agent does not want the message that was told last.
    pub fn refused(&mut self) {
        self.delivery.arrived();
        self.settings.facts.lose(1);
    }

    /// When there is something to tell.
    pub fn due(&self) -> Option<Instant> {
        let next = self.next.filter(|_| self.wanted && !self.closed)?;
        Some(self.delivery.open_until().map_or(next, |until| next.max(until)))
    }

    /// The next message, if it is time for one; the last ones of the process with `last`.
    pub fn take(&mut self, now: Instant, last: bool) -> Option<Message> {
        let is_time = last || self.next.is_some_and(|next| now >= next) && !self.delivery.is_away(now);
        if !self.wanted || self.closed || !is_time {
            return None;
        }
        // At the end there is no time to hear of what is under way.
        let again = if self.delivery.is_away(now) { None } else { self.delivery.again(now) };
        if again.is_some() {
            return again;
        }
        let message = if self.told.started { self.news(now, last) } else { self.started() };
        Some(self.delivery.hand_over(message, now))
    }

    /// What has changed, what was counted, and that the process lives, or ends.
    fn news(&mut self, now: Instant, last: bool) -> Message {
        let mut batch = self.changes(self.number == 2, last.then(|| now + LAST_LOOK));
        if last {
            self.closed = true;
        } else {
            self.next = Some(now + self.settings.heartbeat);
            batch.push(self.sign_of_life(now));
        }
        if self.settings.metrics {
            batch.extend(self.counts.take(clock::unix() / 1_000_000_000, self.settings.heartbeat));
            self.settings.facts.lose(self.counts.dropped());
        }
        if last {
            batch.push(entry("app-closing", json!({})));
        }
        self.message("message-batch", batch.into())
    }

    fn started(&mut self) -> Message {
        self.told.started = true;
        let configuration = self.settings.facts.configuration();
        self.told.configuration = configuration.len();
        self.told.protected = self.settings.facts.is_protected();
        let mut payload = json!({
            "configuration": *configuration,
            "products": {
                "appsec": {"enabled": self.told.protected},
                "profiler": {"enabled": false},
                "dynamic_instrumentation": {"enabled": false},
            },
        });
        if let Some([id, kind, time]) = &self.settings.install {
            payload["install_signature"] =
                json!({"install_id": id, "install_type": kind, "install_time": time});
        }
        self.message("app-started", payload)
    }

    /// What is new since it was last told; packages are looked for until `until`, if given.
    fn changes(&mut self, first: bool, until: Option<Instant>) -> Vec<Value> {
        let mut batch = Vec::new();
        let configuration = self.settings.facts.configuration();
        if configuration.len() > self.told.configuration {
            let new = &configuration[self.told.configuration..];
            batch.push(entry("app-client-configuration-change", json!({"configuration": new})));
            self.told.configuration = configuration.len();
        }
        let protected = self.settings.facts.is_protected();
        if protected != self.told.protected {
            let products = json!({"appsec": {"enabled": protected}});
            batch.push(entry("app-product-change", json!({"products": products})));
            self.told.protected = protected;
        }
        let integrations = self.settings.facts.integrations();
        if integrations.len() > self.told.integrations || first {
            let new: Vec<Value> =
                integrations[self.told.integrations..].iter().map(Integration::json).collect();
            batch.push(entry("app-integrations-change", json!({"integrations": new})));
            self.told.integrations = integrations.len();
        }
        self.endpoints(&mut batch);
        if self.settings.dependencies {
            let new = self.known.update(&self.settings.facts.loaded(), until);
            if !new.is_empty() {
                batch.push(entry("app-dependencies-loaded", json!({"dependencies": new})));
            }
        }
        let troubles = self.settings.facts.troubles();
        if self.settings.logs && troubles.len() > self.told.troubles {
            batch.push(entry("logs", json!({"logs": troubles[self.told.troubles..]})));
            self.told.troubles = troubles.len();
        }
        batch
    }

    /// Endpoints that were not told yet.
    fn endpoints(&mut self, batch: &mut Vec<Value>) {
        let endpoints = self.settings.facts.endpoints();
        for some in endpoints[self.told.endpoints.min(endpoints.len())..].chunks(ENDPOINTS) {
            let payload = json!({"is_first": self.told.endpoints == 0, "endpoints": some});
            batch.push(entry("app-endpoints", payload));
            self.told.endpoints += some.len();
        }
    }

    fn sign_of_life(&mut self, now: Instant) -> Value {
        if now < self.repeat_at {
            return entry("app-heartbeat", json!({}));
        }
        self.repeat_at = now + self.settings.extended;
        let integrations: Vec<Value> =
            self.settings.facts.integrations().iter().map(Integration::json).collect();
        let payload = json!({
            "configuration": *self.settings.facts.configuration(),
            "dependencies": self.known.all(),
            "integrations": integrations,
        });
        entry("app-extended-heartbeat", payload)
    }

    fn message(&mut self, kind: &'static str, payload: Value) -> Message {
        let number = self.number;
        self.number += 1;
        let body = json!({
            "api_version": "v2",
            "request_type": kind,
            "tracer_time": clock::unix() / 1_000_000_000,
            "runtime_id": self.runtime_id,
            "seq_id": number,
            "debug": false,
            "application": self.application,
            "host": self.host,
            "payload": payload,
        });
        Message { kind, body: body.to_string().into_bytes() }
    }
}

fn entry(kind: &str, payload: Value) -> Value {
    json!({"request_type": kind, "payload": payload})
}

fn application(process: &Process) -> Value {
    let tags = process.chunk_tags.iter().find(|(name, _)| name == "_dd.tags.process");
    json!({
        "service_name": process.service,
        "service_version": process.version,
        "env": process.env,
        "language_name": process.language,
        "language_version": process.language_version,
        "tracer_version": process.tracer_version,
        "runtime_name": process.interpreter,
        "runtime_version": process.language_version,
        "process_tags": tags.map_or("", |(_, value)| value),
    })
}

#[cfg(test)]
mod tests;
