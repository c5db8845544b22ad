//! Single-span sampling: spans worth keeping of traces that are dropped.

use std::sync::OnceLock;

use vedette_model::{Chunk, Key, Mechanism, Span, Value};

use super::limiter::Limiter;
use super::rules::SpanRule;

/// Rules with their limiters.
#[derive(Debug, Default)]
pub struct SpanSampler {
    rules: Vec<(SpanRule, Option<Limiter>)>,
}

impl SpanSampler {
    /// A sampler of those rules, each with a limiter of its own.
    pub fn new(rules: &[SpanRule]) -> Self {
        let limited = |rule: &SpanRule| (rule.clone(), rule.max_per_second.map(Limiter::new));
        SpanSampler { rules: rules.iter().map(limited).collect() }
    }

    /// Whether there are no rules.
    pub fn is_empty(&self) -> bool {
        self.rules.is_empty()
    }

    /// Marks the spans to keep; says whether there are any. `service` is the process's.
    pub fn mark(&self, chunk: &mut Chunk, service: &str, now_ns: u64) -> bool {
        if self.is_empty() || chunk.decision.keeps() {
            return false;
        }
        let mut any = false;
        for span in &mut chunk.spans {
            any |= self.mark_span(span, service, now_ns);
        }
        any
    }

    fn mark_span(&self, span: &mut Span, service: &str, now_ns: u64) -> bool {
        let service = if span.service.is_empty() { service } else { &span.service };
        let Some((rule, limiter)) = self.rules.iter().find(|(rule, _)| rule.matcher.matches(span, service))
        else {
            return false;
        };
        let kept =
            super::keeps(span.id, rule.sample_rate) && limiter.as_ref().is_none_or(|l| l.allow(now_ns));
        if kept {
            write_marks(span, rule);
        }
        kept
    }
}

fn write_marks(span: &mut Span, rule: &SpanRule) {
    let values = [
        Some(Value::Int(Mechanism::SpanRule as i64)),
        Some(Value::Double(rule.sample_rate)),
        rule.max_per_second.map(Value::Double),
    ];
    for (key, value) in keys().into_iter().zip(values) {
        if let (Some(key), Some(value)) = (key, value) {
            span.set(key, value);
        }
    }
}

fn keys() -> [Option<Key>; 3] {
    static KEYS: OnceLock<[Option<Key>; 3]> = OnceLock::new();
    *KEYS.get_or_init(|| {
        ["mechanism", "rule_rate", "max_per_second"].map(|end| Key::new(&format!("_dd.span_sampling.{end}")))
    })
}

fn is_marked(span: &Span) -> bool {
    keys()[0].is_some_and(|key| span.get(key).is_some())
}

/// What the client may leave out of a chunk whose trace is dropped, where the Agent allows it (`client_drop_p0s`)
/// and stats were counted: everything, unless a span failed (then nothing) or was kept by a single-span rule (then
/// the other spans). Says whether anything is left to send.
pub fn trim_dropped(chunk: &mut Chunk) -> bool {
    if chunk.decision.keeps() || chunk.spans.iter().any(|span| span.error) {
        return true;
    }
    let had_root = chunk.has_root && chunk.spans.first().is_some_and(is_marked);
    chunk.spans.retain(is_marked);
    chunk.has_root = had_root;
    !chunk.spans.is_empty()
}
