//! The process-wide tracer state: settings in native form, the sampler, and where finished traces go.

use std::sync::{Arc, Mutex, RwLock};

use vedette_model::{clock, ids, Chunk, Decision, Key, Span, Text, TraceId, Value};
use vedette_send::{Config as SendConfig, Exporter};
use vedette_trace::propagation::Config as Propagation;
use vedette_trace::sampling::{Limiter, Sampler, SamplingConfig};

use crate::{last_words, live, remote_config, telemetry};

/// What every trace needs to know; replaced whole when settings change.
pub struct Core {
    pub wide_ids: bool,
    /// Finished spans that are sent before their trace is complete; `usize::MAX` for never.
    pub partial_min: usize,
    pub service: String,
    pub env: String,
    pub propagation: Propagation,
    pub sampler: Arc<Sampler>,
    /// Baggage items that the local root carries as attributes; `*` for all.
    pub baggage_tags: Vec<String>,
    pub sink: Sink,
    /// In standalone mode, what lets a trace without a finding through now and then.
    pub standalone: Option<Limiter>,
}

/// Traces a second that are sent in standalone mode without a finding: they show that the service lives.
const HEARTBEAT: f64 = 1.0 / 60.0;

/// What is kept in standalone mode without a finding.
pub fn heartbeat() -> Limiter {
    Limiter::new(HEARTBEAT)
}

/// Where finished traces go.
pub enum Sink {
    /// Away: nothing was started.
    Nowhere,
    /// Into memory, for tests.
    Memory(Mutex<Vec<Chunk>>),
    /// To the backends.
    Exporter(Box<PerProcess>),
}

/// An exporter for each process: a forked child makes its own and never touches the locks of its parent's.
pub struct PerProcess {
    config: Mutex<SendConfig>,
    current: Mutex<(u64, Option<Arc<Exporter>>)>,
}

static CORE: RwLock<Option<Arc<Core>>> = RwLock::new(None);

/// The state in force.
#[inline]
pub fn core() -> Arc<Core> {
    if let Some(core) = CORE.read().unwrap_or_else(|p| p.into_inner()).as_ref() {
        return core.clone();
    }
    let fresh = Arc::new(Core::idle());
    CORE.write().unwrap_or_else(|p| p.into_inner()).get_or_insert(fresh).clone()
}

/// Puts another state in force; traces that have begun keep theirs.
pub fn replace(core: Core) {
    *CORE.write().unwrap_or_else(|p| p.into_inner()) = Some(Arc::new(core));
}

impl Core {
    /// Before `start()`: spans work, and go nowhere.
    fn idle() -> Core {
        Core {
            wide_ids: true,
            partial_min: 300,
            service: String::new(),
            env: String::new(),
            propagation: Propagation::default(),
            sampler: Arc::new(Sampler::new(SamplingConfig::default())),
            baggage_tags: Vec::new(),
            sink: Sink::Nowhere,
            standalone: None,
        }
    }

    /// Takes a finished chunk. Never blocks.
    #[inline]
    pub fn send(&self, chunk: Chunk) {
        remote_config::wake(&chunk);
        if !live::enabled() || (self.standalone.is_some() && !chunk.decision.keeps()) {
            return;
        }
        match &self.sink {
            Sink::Nowhere => {}
            Sink::Memory(chunks) => chunks.lock().unwrap_or_else(|p| p.into_inner()).push(chunk),
            Sink::Exporter(exporter) => {
                telemetry::observe();
                if let Some(exporter) = exporter.get() {
                    exporter.send(chunk);
                }
            }
        }
    }

    /// Asks the sampler about a trace by its local root.
    pub fn decide(&self, root: &Span, trace: TraceId) -> Decision {
        if let Some(heartbeat) = &self.standalone {
            let priority = i8::from(heartbeat.allow(clock::monotonic()));
            return Decision { priority, ..Decision::default() };
        }
        let service = if root.service.is_empty() { &self.service } else { root.service.as_str() };
        self.sampler.decide(root, trace, service, &self.env, clock::monotonic())
    }

    /// Copies the configured baggage items to the attributes of the local root (`baggage.<key>`).
    pub fn tag_baggage(&self, baggage: &[(String, String)], root: &mut Span) {
        let all = self.baggage_tags.iter().any(|key| key == "*");
        for (key, value) in baggage.iter().filter(|(key, _)| all || self.baggage_tags.contains(key)) {
            if let Some(key) = Key::new(&format!("baggage.{key}")) {
                root.set(key, Value::Str(Text::new(value)));
            }
        }
    }

    /// Gives the process other tags, from the next trace on.
    pub fn describe(&self, tags: Vec<(String, String)>) {
        if let Sink::Exporter(exporter) = &self.sink {
            exporter.describe(tags);
        }
    }

    /// The exporter of this process, if it has sent anything yet.
    pub fn exporter(&self) -> Option<Arc<Exporter>> {
        match &self.sink {
            Sink::Exporter(exporter) => exporter.peek(),
            _ => None,
        }
    }
}

impl PerProcess {
    /// Nothing is opened or started until the first chunk comes.
    ///
    /// # Errors
    /// When a target's address can't be understood.
    pub fn new(config: SendConfig) -> Result<PerProcess, String> {
        Exporter::new(config.clone()).map_err(|error| error.to_string())?;
        Ok(PerProcess { config: Mutex::new(config), current: Mutex::new((u64::MAX, None)) })
    }

    /// An exporter with other tags takes the place of the one there is, which sends what it has and ends.
    fn describe(&self, tags: Vec<(String, String)>) {
        let mut config = self.config.lock().unwrap_or_else(|p| p.into_inner());
        if config.process.tags == tags {
            return;
        }
        config.process.tags = tags;
        // Told once; the change is told by whoever asked for it.
        config.announcement = None;
        drop(config);
        let mut current = self.current.lock().unwrap_or_else(|p| p.into_inner());
        if current.0 == ids::generation() {
            *current = (u64::MAX, None);
        }
    }

    fn peek(&self) -> Option<Arc<Exporter>> {
        let current = self.current.lock().unwrap_or_else(|p| p.into_inner());
        current.1.as_ref().filter(|_| current.0 == ids::generation()).cloned()
    }

    fn get(&self) -> Option<Arc<Exporter>> {
        let mut current = self.current.lock().unwrap_or_else(|p| p.into_inner());
        if current.0 != ids::generation() {
            let mut config = self.config.lock().unwrap_or_else(|p| p.into_inner()).clone();
            config.process.pid = std::process::id();
            config.process.runtime_id = crate::process::runtime_id();
            let fresh = Exporter::new(config).ok().map(Arc::new);
            if let Some(exporter) = &fresh {
                last_words::watch(exporter.pending());
            }
            let inherited = std::mem::replace(&mut *current, (ids::generation(), fresh));
            // The parent's exporter may have been copied in the middle of anything: it is left alone, not dropped.
            std::mem::forget(inherited);
        }
        current.1.clone()
    }
}
