//! What an evaluation found.

use crate::data::Data;
use crate::limits::Truncated;

/// The answer to new data.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Outcome {
    /// Rules that matched now; a rule that looks at the request alone is reported once per request.
    pub findings: Vec<Finding>,
    /// What was not inspected.
    pub truncated: Truncated,
    /// Whether time ran out before everything was inspected.
    pub timed_out: bool,
    /// Sinks that detectors looked at.
    pub sinks: u32,
    /// Microseconds of processor time it took.
    pub micros: u64,
}

/// A rule that matched, and what made it match.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Finding {
    /// Id of the rule.
    pub rule_id: String,
    /// Name of the rule.
    pub rule_name: String,
    /// Tags of the rule; `type` and `category` among them.
    pub tags: Vec<(String, String)>,
    /// The operator that matched, such as `match_regex`.
    pub operator: String,
    /// What it looked for (the regular expression, the phrase); empty for detectors.
    pub operator_value: String,
    /// Where the input came from.
    pub address: String,
    /// Keys and list positions that lead to the input within its address.
    pub key_path: Vec<String>,
    /// The input after the rule's transformations, at most 1 KiB around the match.
    pub value: String,
    /// The parts of the value that matched.
    pub highlight: Vec<String>,
    /// For exploit prevention: where the input was about to be used.
    pub sink: Option<Sink>,
    /// What to do, such as `block`; empty to report only.
    pub on_match: Vec<String>,
    /// Whether it is to be reported as an attack; rules that only tag traces say no.
    pub event: bool,
    /// Whether the trace is to be kept because of it.
    pub keep: bool,
    /// What the rule puts on the trace.
    pub attributes: Vec<(String, Data)>,
}

/// The dangerous place an input reached.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Sink {
    /// Its address, such as `server.db.statement`.
    pub address: String,
    /// What was about to be executed, at most 4 KiB.
    pub value: String,
}

/// Bytes of an input kept in a finding.
const EXCERPT: usize = 1_024;
/// Bytes of a sink's value kept in a finding.
const SINK_EXCERPT: usize = 4_096;

/// At most 1 KiB of `text` around the match at `found`.
pub(crate) fn excerpt(text: &str, found: &std::ops::Range<usize>) -> String {
    if text.len() <= EXCERPT {
        return text.to_owned();
    }
    let start = char_border(text, found.start.saturating_sub(EXCERPT / 4));
    let end = char_border(text, start + EXCERPT);
    text[start..end].to_owned()
}

/// The beginning of a sink's value.
pub(crate) fn sink_excerpt(text: &str) -> String {
    text[..char_border(text, SINK_EXCERPT)].to_owned()
}

/// The last border between characters at or before byte `at`.
pub(crate) fn char_border(text: &str, at: usize) -> usize {
    (0..=at.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0)
}
