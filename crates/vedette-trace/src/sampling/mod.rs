//! Which traces are kept, and who decided (behaviours 20 to 30 of a Datadog-compatible tracer).
//!
//! Deciding takes no lock and, without rules, no allocation: it runs on the application's threads, and a process
//! may fork at any moment.

mod agent_rates;
mod globs;
mod limiter;
mod rules;
mod single_span;
mod tags;

use std::sync::Arc;

use arc_swap::ArcSwapOption;
use vedette_model::{Chunk, Decision, Mechanism, Span, TraceId};

pub use agent_rates::AgentRates;
pub use globs::Glob;
pub use limiter::Limiter;
pub use rules::{parse_rules, parse_span_rules, Matcher, Rule, SpanRule};
pub use single_span::{trim_dropped, SpanSampler};
pub use tags::{TagName, TagText};

/// How to sample.
#[derive(Clone, Debug, PartialEq)]
pub struct SamplingConfig {
    /// Rules of trace sampling; the first that matches decides.
    pub rules: Vec<Rule>,
    /// Rate for what no rule matches (`DD_TRACE_SAMPLE_RATE`); None leaves it to the Agent.
    pub rate: Option<f64>,
    /// Traces per second that rules and rate may keep (`DD_TRACE_RATE_LIMIT`).
    pub rate_limit: f64,
    /// Rules of single-span sampling.
    pub span_rules: Vec<SpanRule>,
}

impl Default for SamplingConfig {
    fn default() -> Self {
        SamplingConfig { rules: Vec::new(), rate: None, rate_limit: 100.0, span_rules: Vec::new() }
    }
}

/// The rules and the rate in force.
#[derive(Debug, Default)]
struct Policy {
    rules: Vec<Rule>,
    rate: Option<f64>,
}

/// Decides about traces that have no decision of a remote parent.
#[derive(Debug)]
pub struct Sampler {
    local_rules: Vec<Rule>,
    local_rate: Option<f64>,
    policy: ArcSwapOption<Policy>,
    agent: ArcSwapOption<AgentRates>,
    limiter: Limiter,
    spans: SpanSampler,
}

impl Sampler {
    /// A sampler with that configuration, and nothing from the Agent or remote configuration yet.
    pub fn new(config: SamplingConfig) -> Self {
        let sampler = Sampler {
            local_rules: config.rules,
            local_rate: config.rate.filter(|rate| (0.0..=1.0).contains(rate)),
            policy: ArcSwapOption::empty(),
            agent: ArcSwapOption::empty(),
            limiter: Limiter::new(config.rate_limit),
            spans: SpanSampler::new(&config.span_rules),
        };
        sampler.set_remote(None, None);
        sampler
    }

    /// Decides about a trace by its root as it is now. `service` and `env` are the process's; `now_ns` is any steady clock.
    pub fn decide(&self, root: &Span, trace_id: TraceId, service: &str, env: &str, now_ns: u64) -> Decision {
        let service = if root.service.is_empty() { service } else { &root.service };
        if let Some(policy) = self.policy.load().as_deref() {
            if let Some((rate, mechanism)) = policy.find(root, service) {
                return self.limited(rate, mechanism, trace_id, now_ns);
            }
        }
        self.by_agent(trace_id, service, env)
    }

    fn limited(&self, rate: f64, mechanism: Mechanism, trace_id: TraceId, now_ns: u64) -> Decision {
        let sampled = keeps(trace_id as u64, rate);
        let kept = sampled && self.limiter.allow(now_ns);
        Decision {
            priority: if kept { 2 } else { -1 },
            mechanism: Some(mechanism),
            rule_rate: Some(rate),
            agent_rate: None,
            limit_rate: sampled.then(|| self.limiter.effective_rate()),
        }
    }

    fn by_agent(&self, trace_id: TraceId, service: &str, env: &str) -> Decision {
        let told = self.agent.load().as_deref().and_then(|rates| rates.find(service, env));
        let rate = told.unwrap_or(1.0);
        Decision {
            priority: i8::from(keeps(trace_id as u64, rate)),
            mechanism: Some(told.map_or(Mechanism::Default, |_| Mechanism::AgentRate)),
            rule_rate: None,
            agent_rate: Some(rate),
            limit_rate: None,
        }
    }

    /// Takes the rates of an Agent's answer, with keys such as `service:web,env:prod`; the last answer counts.
    pub fn set_agent_rates(&self, rates: &[(String, f64)]) {
        let rates = AgentRates::new(rates);
        self.agent.store((!rates.is_empty()).then(|| Arc::new(rates)));
    }

    /// Takes what remote configuration says; None goes back to the local rules or rate.
    ///
    /// Remote rules replace the local ones. A remote rate replaces the local rate only: local rules stay above it.
    pub fn set_remote(&self, rules: Option<Vec<Rule>>, rate: Option<f64>) {
        let rate = rate.filter(|rate| (0.0..=1.0).contains(rate)).or(self.local_rate);
        let policy = Policy { rules: rules.unwrap_or_else(|| self.local_rules.clone()), rate };
        self.policy.store((!policy.is_empty()).then(|| Arc::new(policy)));
    }

    /// Whether there are rules for single spans of dropped traces.
    pub fn has_span_rules(&self) -> bool {
        !self.spans.is_empty()
    }

    /// Applies the single-span rules to a dropped chunk; says whether any span is to be kept.
    pub fn mark_spans(&self, chunk: &mut Chunk, service: &str, now_ns: u64) -> bool {
        self.spans.mark(chunk, service, now_ns)
    }
}

impl Policy {
    fn is_empty(&self) -> bool {
        self.rules.is_empty() && self.rate.is_none()
    }

    fn find(&self, root: &Span, service: &str) -> Option<(f64, Mechanism)> {
        let rule = self.rules.iter().find(|rule| rule.matcher.matches(root, service));
        let rule = rule.map(|rule| (rule.sample_rate, rule.mechanism));
        rule.or(self.rate.map(|rate| (rate, Mechanism::LocalRule)))
    }
}

/// The decision of a user by code: `manual.keep` or `manual.drop`.
pub fn manual(keep: bool) -> Decision {
    Decision {
        priority: if keep { 2 } else { -1 },
        mechanism: Some(Mechanism::Manual),
        ..Decision::default()
    }
}

/// The decision to keep a trace because of a security event.
pub fn security_event() -> Decision {
    Decision { priority: 2, mechanism: Some(Mechanism::AppSec), ..Decision::default() }
}

/// Knuth's multiplicative hash, the same in all services of a trace.
const FACTOR: u64 = 1_111_111_111_111_111_111;

/// Whether an id is among the share `rate` of all ids: the same id gives the same answer everywhere.
#[inline]
pub fn keeps(id: u64, rate: f64) -> bool {
    // The cast saturates: a rate of 1 keeps everything.
    rate > 0.0 && id.wrapping_mul(FACTOR) <= (rate * u64::MAX as f64) as u64
}
