//! What is counted for telemetry (`generate-metrics`, `distributions`): spans, requests to the Agent, inspections. All of it
//! is read off the spans on their way out, so that the application pays nothing for it.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::{json, Value};
use vedette_model::{keys, Chunk, Key, Kind, Span, Value as Attribute};
use vedette_wire::findings;

/// Series of one message; what would be one more is not counted.
const MOST_SERIES: usize = 256;
/// Values of one distribution.
const MOST_VALUES: usize = 1_000;

/// Namespace, name and tags.
type Series = (&'static str, &'static str, Vec<String>);

/// Counts since they were last told.
pub(super) struct Counts {
    counts: BTreeMap<Series, u64>,
    durations: Vec<f64>,
    names: Option<Names>,
    /// Whether it has been told that the rules were loaded.
    rules_told: bool,
    /// What there was no room for.
    dropped: usize,
}

/// Attributes that inspections leave.
struct Names {
    enabled: Key,
    version: Key,
    rules: Key,
    duration: Key,
    timeouts: Key,
    sinks: Key,
    /// With the bit that stands for each reason.
    truncated: [(Key, u8); 3],
}

impl Counts {
    pub fn new() -> Counts {
        Counts {
            counts: BTreeMap::new(),
            durations: Vec::new(),
            names: Names::new(),
            rules_told: false,
            dropped: 0,
        }
    }

    /// How many counts and values there was no room for, since this was asked last.
    pub fn dropped(&mut self) -> usize {
        std::mem::take(&mut self.dropped)
    }

    pub fn add(&mut self, chunks: &[Chunk]) {
        for chunk in chunks {
            let spans = chunk.spans.len() as u64;
            self.increase("tracers", "spans_created", Vec::new(), spans);
            self.increase("tracers", "spans_finished", Vec::new(), spans);
            self.increase("tracers", "spans_enqueued_for_serialization", Vec::new(), spans);
            self.increase("tracers", "trace_chunks_enqueued_for_serialization", Vec::new(), 1);
            if chunk.has_root {
                self.increase("tracers", "trace_segments_created", Vec::new(), 1);
            }
            chunk.spans.iter().filter(|span| span.kind == Kind::Server).for_each(|span| self.inspected(span));
        }
    }

    pub fn sent(&mut self, chunks: u64) {
        self.increase("tracers", "trace_chunks_sent", Vec::new(), chunks);
    }

    pub fn request(&mut self, bytes: usize, status: u16) {
        self.increase("tracers", "trace_api.requests", Vec::new(), 1);
        self.increase("tracers", "trace_api.bytes", Vec::new(), bytes as u64);
        match status {
            0 => self.increase("tracers", "trace_api.errors", vec!["type:network".into()], 1),
            _ => self.increase("tracers", "trace_api.responses", vec![format!("status_code:{status}")], 1),
        }
    }

    fn inspected(&mut self, span: &Span) {
        let Some(seen) = self.names.as_ref().and_then(|names| names.read(span)) else { return };
        if !std::mem::replace(&mut self.rules_told, true) {
            let mut tags = seen.versions.clone();
            tags.push("success:true".into());
            self.increase("appsec", "waf.init", tags, 1);
        }
        self.increase("appsec", "waf.requests", seen.tags(span), 1);
        if seen.reasons != 0 {
            let reason = vec![format!("truncation_reason:{}", seen.reasons)];
            self.increase("appsec", "waf.input_truncated", reason, 1);
        }
        if seen.sinks > 0 {
            self.increase("appsec", "rasp.rule.eval", seen.versions.clone(), seen.sinks);
        }
        for tags in findings::events(span).filter_map(|event| exploit(&event.attributes)) {
            self.increase("appsec", "rasp.rule.match", tags, 1);
        }
        if self.durations.len() < MOST_VALUES {
            self.durations.extend(seen.duration);
        } else {
            self.dropped += usize::from(seen.duration.is_some());
        }
    }

    fn increase(&mut self, namespace: &'static str, name: &'static str, tags: Vec<String>, by: u64) {
        let full = self.counts.len() >= MOST_SERIES;
        match self.counts.entry((namespace, name, tags)) {
            std::collections::btree_map::Entry::Occupied(mut slot) => *slot.get_mut() += by,
            std::collections::btree_map::Entry::Vacant(slot) if !full => {
                slot.insert(by);
            }
            std::collections::btree_map::Entry::Vacant(_) => self.dropped += 1,
        }
    }

    /// The messages for what was counted since the last time; none if there was nothing. `now` in seconds since the epoch.
    pub fn take(&mut self, now: u64, interval: Duration) -> Vec<Value> {
        let mut by_namespace: BTreeMap<&str, Vec<Value>> = BTreeMap::new();
        for ((namespace, name, tags), count) in std::mem::take(&mut self.counts) {
            by_namespace.entry(namespace).or_default().push(json!({
                "metric": name, "type": "count", "interval": interval.as_secs(), "common": true,
                "namespace": namespace, "tags": tags, "points": [[now, count]],
            }));
        }
        let message = |(namespace, series)| json!({"request_type": "generate-metrics", "payload": {"namespace": namespace, "series": series}});
        let mut messages: Vec<Value> = by_namespace.into_iter().map(message).collect();
        let durations = std::mem::take(&mut self.durations);
        if !durations.is_empty() {
            let series = json!({"metric": "waf.duration", "namespace": "appsec", "common": true, "tags": [], "points": durations});
            let payload = json!({"namespace": "appsec", "series": [series]});
            messages.push(json!({"request_type": "distributions", "payload": payload}));
        }
        messages
    }
}

/// What one inspection left.
struct Seen {
    versions: Vec<String>,
    timed_out: bool,
    reasons: u8,
    sinks: u64,
    duration: Option<f64>,
}

impl Seen {
    fn tags(&self, span: &Span) -> Vec<String> {
        let is = |key: Key| span.get_str(key) == Some("true");
        let mut tags = self.versions.clone();
        tags.extend([
            format!("rule_triggered:{}", is(keys::APPSEC_EVENT)),
            format!("request_blocked:{}", is(keys::APPSEC_BLOCKED)),
            format!("waf_timeout:{}", self.timed_out),
            format!("input_truncated:{}", self.reasons != 0),
        ]);
        tags
    }
}

impl Names {
    fn new() -> Option<Names> {
        let key = |name: &str| Key::new(&format!("_dd.appsec.{name}"));
        Some(Names {
            enabled: key("enabled")?,
            version: key("waf.version")?,
            rules: key("event_rules.version")?,
            duration: key("waf.duration")?,
            timeouts: key("waf.timeouts")?,
            sinks: key("rasp.rule.eval")?,
            truncated: [
                (key("truncated.string_length")?, 1),
                (key("truncated.container_size")?, 2),
                (key("truncated.container_depth")?, 4),
            ],
        })
    }

    fn read(&self, span: &Span) -> Option<Seen> {
        span.get(self.enabled)?;
        let text = |key| span.get_str(key).unwrap_or_default().to_owned();
        let cut = self.truncated.iter().filter(|(key, _)| span.get(*key).is_some());
        Some(Seen {
            versions: vec![
                format!("waf_version:{}", text(self.version)),
                format!("event_rules_version:{}", text(self.rules)),
            ],
            timed_out: span.get(self.timeouts).is_some(),
            reasons: cut.map(|(_, bit)| bit).sum(),
            sinks: span.get(self.sinks).and_then(number).unwrap_or(0.0) as u64,
            duration: span.get(self.duration).and_then(number),
        })
    }
}

fn number(value: &Attribute) -> Option<f64> {
    match value {
        Attribute::Int(number) => Some(*number as f64),
        Attribute::Double(number) => Some(*number),
        _ => None,
    }
}

/// The tags of a finding that is an exploit.
fn exploit(attributes: &[(Key, Attribute)]) -> Option<Vec<String>> {
    let value = |name: &str| attributes.iter().find(|(key, _)| key.name() == name).map(|(_, value)| value);
    let text = |name: &str| value(name).and_then(Attribute::as_str).unwrap_or_default();
    if text("security.category") != "vulnerability_trigger" {
        return None;
    }
    let blocked = value("security.blocked") == Some(&Attribute::Bool(true));
    let mut tags = vec![format!("rule_type:{}", text("security.type")), format!("block:{blocked}")];
    match text("security.sink.address") {
        "server.sys.shell.cmd" => tags.push("rule_variant:shell".into()),
        "server.sys.exec.cmd" => tags.push("rule_variant:exec".into()),
        _ => {}
    }
    Some(tags)
}
