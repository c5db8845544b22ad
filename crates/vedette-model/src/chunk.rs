//! Finished spans of one trace on their way out, with what their formats need to know.

use crate::ids::TraceId;
use crate::span::Span;
use crate::value::Text;

/// Finished spans of one trace: all of it, or what a partial flush took.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Chunk {
    /// The trace.
    pub trace_id: TraceId,
    /// Finished spans; the local root, if it is among them, comes first.
    pub spans: Vec<Span>,
    /// Whether `spans[0]` is the local root (its parent is remote or none).
    pub has_root: bool,
    /// What sampling decided.
    pub decision: Decision,
    /// Where the trace came from (`x-datadog-origin`); empty if unknown.
    pub origin: Text,
    /// Propagation tags `_dd.p.*` beyond `dm` and `ksr`, names with their prefix.
    pub tags: Vec<(Text, Text)>,
    /// Members of other vendors in the W3C tracestate that came with the trace, joined by commas.
    pub tracestate: Text,
}

/// What sampling decided about a trace, and why.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Decision {
    /// Datadog sampling priority: 2 user keep, 1 auto keep, 0 auto drop, -1 user drop.
    pub priority: i8,
    /// Who decided; None when the decision came from a remote parent without saying.
    pub mechanism: Option<Mechanism>,
    /// Rate of the rule that decided (`_dd.rule_psr`).
    pub rule_rate: Option<f64>,
    /// Rate told by the Agent (`_dd.agent_psr`).
    pub agent_rate: Option<f64>,
    /// Effective rate of the limiter (`_dd.limit_psr`).
    pub limit_rate: Option<f64>,
}

/// Who made a sampling decision (Datadog `_dd.p.dm`, written with a leading minus).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Mechanism {
    /// Nothing was configured.
    Default = 0,
    /// Rates sent by the Agent.
    AgentRate = 1,
    /// A local rule or rate.
    LocalRule = 3,
    /// The user, by code.
    Manual = 4,
    /// A security event.
    AppSec = 5,
    /// A single-span rule.
    SpanRule = 8,
    /// A remote rule written by the user.
    RemoteUserRule = 11,
    /// A remote rule made by adaptive sampling.
    RemoteDynamicRule = 12,
}

impl Decision {
    /// Whether the trace is to be kept.
    pub fn keeps(&self) -> bool {
        self.priority > 0
    }
}

impl Chunk {
    /// Bytes this chunk holds, for queues that are bounded by bytes.
    pub fn bytes(&self) -> usize {
        std::mem::size_of::<Chunk>() + self.spans.iter().map(Span::bytes).sum::<usize>()
    }
}

/// The process that spans come from (OpenTelemetry resource); the same for all chunks of an exporter.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Process {
    /// Global service name.
    pub service: String,
    /// Deployment environment; empty if unset.
    pub env: String,
    /// Version of the service; empty if unset.
    pub version: String,
    /// Host name, only if it is to be reported.
    pub hostname: String,
    /// Random UUID of this process.
    pub runtime_id: String,
    /// Operating system's process id.
    pub pid: u32,
    /// Language, such as `python`.
    pub language: String,
    /// Version of the language.
    pub language_version: String,
    /// Interpreter, such as `CPython`.
    pub interpreter: String,
    /// Version of this library.
    pub tracer_version: String,
    /// Tags put on every span.
    pub tags: Vec<(String, String)>,
    /// `_dd.git.repository_url`, `_dd.git.commit.sha`, `_dd.tags.process`: on the first span of each chunk.
    pub chunk_tags: Vec<(String, String)>,
    /// Container id, if known.
    pub container_id: String,
    /// Whether traces are sent for protection's sake alone (`DD_APM_TRACING_ENABLED=false`).
    pub standalone: bool,
}
