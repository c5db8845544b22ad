//! Trace context in and out of headers: which styles, in which order, and what to do when they disagree.
//!
//! Styles: Datadog headers, W3C Trace Context, B3 (one and several headers), W3C Baggage.
//! No header, however malformed, is an error: what can't be read does not exist.

pub mod b3;
pub mod baggage;
pub mod datadog;
pub mod guard;
mod hex;
mod reconcile;
pub mod tracecontext;

use std::borrow::Cow;

use vedette_model::{Decision, Link, Mechanism, SpanId, Text, TraceId};

pub use guard::Guard;
pub use reconcile::extract;

/// A family of headers that carries trace context.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    /// `x-datadog-*`.
    Datadog,
    /// W3C Trace Context: `traceparent`, `tracestate`.
    TraceContext,
    /// B3 in several headers: `x-b3-*`.
    B3Multi,
    /// B3 in one header: `b3`.
    B3,
    /// W3C Baggage: `baggage`.
    Baggage,
    /// Nothing in or out.
    None,
}

impl Style {
    /// The style with that name, in any case, as in `DD_TRACE_PROPAGATION_STYLE` and `OTEL_PROPAGATORS`.
    pub fn from_name(name: &str) -> Option<Style> {
        let name = name.trim();
        if name.eq_ignore_ascii_case("b3 single header") {
            return Some(Style::B3);
        }
        use Style::{B3Multi, Baggage, Datadog, None, TraceContext, B3};
        [Datadog, TraceContext, B3Multi, B3, Baggage, None]
            .into_iter()
            .find(|style| style.name().eq_ignore_ascii_case(name))
    }

    /// The name, as in settings and in the `context_headers` attribute of span links.
    pub fn name(self) -> &'static str {
        match self {
            Style::Datadog => "datadog",
            Style::TraceContext => "tracecontext",
            Style::B3Multi => "b3multi",
            Style::B3 => "b3",
            Style::Baggage => "baggage",
            Style::None => "none",
        }
    }
}

/// What to do with an extracted context (`DD_TRACE_PROPAGATION_BEHAVIOR_EXTRACT`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Behavior {
    /// Continue the trace.
    #[default]
    Continue,
    /// Start a new trace with a link to the extracted context; baggage is kept.
    Restart,
    /// Start a new trace and forget everything.
    Ignore,
}

impl Behavior {
    /// The behaviour with that name, in any case.
    pub fn from_name(name: &str) -> Option<Behavior> {
        let named =
            [("continue", Behavior::Continue), ("restart", Behavior::Restart), ("ignore", Behavior::Ignore)];
        named.into_iter().find(|(known, _)| known.eq_ignore_ascii_case(name.trim())).map(|(_, b)| b)
    }
}

/// Which headers are read and written, and how far.
#[derive(Clone, Debug, PartialEq)]
pub struct Config {
    /// Styles to try, in order; the first valid context wins.
    pub extract: Vec<Style>,
    /// Styles to write.
    pub inject: Vec<Style>,
    /// Whether the first valid context ends the search (`DD_TRACE_PROPAGATION_EXTRACT_FIRST`).
    pub extract_first: bool,
    /// What to do with an extracted context.
    pub behavior: Behavior,
    /// Longest `x-datadog-tags` to read or write, in bytes (`DD_TRACE_X_DATADOG_TAGS_MAX_LENGTH`).
    pub tags_header_max: usize,
    /// Most baggage items to read or write.
    pub baggage_items: usize,
    /// Longest baggage header to read or write, in bytes.
    pub baggage_bytes: usize,
    /// Whose decisions count; without it everybody's (`DD_TRACE_ORG_GUARD_ENABLED`).
    pub guard: Option<Guard>,
}

impl Default for Config {
    fn default() -> Self {
        let styles = vec![Style::Datadog, Style::TraceContext, Style::Baggage];
        Config {
            extract: styles.clone(),
            inject: styles,
            extract_first: false,
            behavior: Behavior::Continue,
            tags_header_max: 512,
            baggage_items: 64,
            baggage_bytes: 8192,
            guard: None,
        }
    }
}

/// Something that has headers.
pub trait Carrier {
    /// The value of the header with that lower-case name; several of one name joined by commas.
    fn get(&self, name: &str) -> Option<Cow<'_, str>>;
}

/// Headers as a list of names (in any case) and values.
#[derive(Clone, Copy, Debug)]
pub struct Headers<'a>(pub &'a [(&'a str, &'a str)]);

impl Carrier for Headers<'_> {
    fn get(&self, name: &str) -> Option<Cow<'_, str>> {
        let mut values =
            self.0.iter().filter(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| *value);
        let first = values.next()?;
        Some(values.fold(Cow::Borrowed(first), |line, value| Cow::Owned(format!("{line},{value}"))))
    }
}

/// A span of another process, as its headers told.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Remote {
    /// The trace to continue; 64-bit ids stay 64 bits wide.
    pub trace_id: TraceId,
    /// The parent; 0 where the sender had an id for the trace alone (Synthetics).
    pub span_id: SpanId,
    /// The sampling decision, if one was made.
    pub priority: Option<i8>,
    /// Where the trace came from (`_dd.origin`); empty if unknown.
    pub origin: Text,
    /// Propagation tags `_dd.p.*` including `_dd.p.dm` and `_dd.p.ksr`, without `_dd.p.tid`.
    pub tags: Vec<(Text, Text)>,
    /// Members of other vendors' tracestate, in order, joined by commas.
    pub tracestate: Text,
    /// The last Datadog span before this process where that is not the parent: `_dd.parent_id`, 16 hex digits.
    pub parent_tag: Option<Text>,
    /// What went wrong on the way: value of `_dd.propagation_error`.
    pub problem: Option<&'static str>,
    /// The headers it came from; `None` for a context that no header made.
    pub style: Option<Style>,
}

impl Remote {
    /// W3C trace flags: 1 if the trace is kept.
    pub fn flags(&self) -> u8 {
        u8::from(self.priority.is_some_and(|priority| priority > 0))
    }

    /// The tracestate of a link to this context: decision, origin and tags as a `dd` member, then the other vendors'.
    pub fn link_tracestate(&self) -> String {
        let mut line = String::new();
        let parent = self.parent_tag.as_deref();
        tracecontext::write_dd(&mut line, self.priority, &self.origin, parent, &self.tags);
        tracecontext::append_foreign(&mut line, &self.tracestate);
        line
    }

    fn tag(&self, name: &str) -> Option<&str> {
        self.tags.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// The value of `_dd.p.dm`, if the sender told it.
    pub fn decision_maker(&self) -> Option<&str> {
        self.tag(DM)
    }

    /// The value of `_dd.p.ksr`, if the sender told it.
    pub fn kept_rate(&self) -> Option<&str> {
        self.tag(KSR)
    }
}

/// All that headers told.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Extracted {
    /// The context to continue, if any.
    pub remote: Option<Remote>,
    /// Links for the first local span: contexts that were not continued.
    pub links: Vec<Link>,
    /// Baggage in its order; names are unique.
    pub baggage: Vec<(String, String)>,
}

/// What to write into headers.
#[derive(Clone, Copy, Debug, Default)]
pub struct Outgoing<'a> {
    /// The trace; 0 if there is none, and only baggage goes out.
    pub trace_id: TraceId,
    /// The active span.
    pub span_id: SpanId,
    /// Sampling priority, if decided.
    pub priority: Option<i8>,
    /// The decision; if it was made here (it has a mechanism), it tells `dm`, and `ksr` unless `tags` hold it.
    pub decision: Option<&'a Decision>,
    /// Origin of the trace, or empty.
    pub origin: &'a str,
    /// Propagation tags with their `_dd.p.` prefix.
    pub tags: &'a [(Text, Text)],
    /// Other vendors' tracestate members.
    pub tracestate: &'a str,
    /// Baggage, not encoded.
    pub baggage: &'a [(String, String)],
}

pub(crate) const TAG_PREFIX: &str = "_dd.p.";
pub(crate) const DM: &str = "_dd.p.dm";
pub(crate) const KSR: &str = "_dd.p.ksr";
pub(crate) const TID: &str = "_dd.p.tid";

/// The values of `_dd.p.dm` and `_dd.p.ksr` that a local decision adds to the tags of a trace.
pub fn decision_tags(decision: &Decision) -> (Option<Text>, Option<Text>) {
    let dm = decision.mechanism.map(|mechanism| {
        let mut text = Text::const_new("-");
        text.push_str(itoa::Buffer::new().format(mechanism as u8));
        text
    });
    let rate = match decision.mechanism {
        Some(Mechanism::AgentRate) => decision.agent_rate,
        _ => decision.rule_rate,
    };
    (dm, rate.map(rate_text))
}

/// A sampling rate as `_dd.p.ksr` wants it: at most 6 decimals, no trailing zeros.
pub fn rate_text(rate: f64) -> Text {
    if rate == 1.0 {
        return Text::const_new("1");
    }
    let text = format!("{rate:.6}");
    Text::new(text.trim_end_matches('0').trim_end_matches('.'))
}

/// The tags of an outgoing context. A decision that was made here tells its own `dm`, also where it overrules one
/// from upstream; `ksr` is upstream's if it told one. With a guard, `opm` is our organisation's, once it is known.
struct OutgoingTags<'a> {
    own: &'a [(Text, Text)],
    local: [Option<(&'static str, Text)>; 3],
}

impl<'a> OutgoingTags<'a> {
    fn of(outgoing: &Outgoing<'a>, guarded: bool) -> Self {
        let own = outgoing.tags;
        let (dm, ksr) = outgoing.decision.map_or((None, None), decision_tags);
        let ksr = ksr.filter(|_| !own.iter().any(|(key, _)| key == KSR));
        let opm = if guarded { guard::own() } else { None };
        let local = [(DM, dm), (KSR, ksr), (guard::OPM, opm)];
        OutgoingTags { own, local: local.map(|(key, value)| value.map(|value| (key, value))) }
    }

    fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        let local = self.local.iter().flatten().map(|(key, value)| (*key, value.as_str()));
        let overruled = |key: &str| {
            (key == DM && self.local[0].is_some()) || (key == guard::OPM && self.local[2].is_some())
        };
        let own = self.own.iter().map(|(key, value)| (key.as_str(), value.as_str()));
        local.chain(own.filter(move |(key, _)| !overruled(key)))
    }
}

/// Writes the headers of `config.inject` by calling `set` with lower-case names.
///
/// Returns what to tell in `_dd.propagation_error` if something had to be left out.
pub fn inject(
    config: &Config,
    outgoing: &Outgoing<'_>,
    set: &mut dyn FnMut(&'static str, &str),
) -> Option<&'static str> {
    let mut problem = None;
    let valid = outgoing.trace_id != 0 && outgoing.span_id != 0;
    let tags = OutgoingTags::of(outgoing, config.guard.is_some());
    let mut line = String::with_capacity(128);
    for style in &config.inject {
        match style {
            Style::Datadog if valid => {
                problem = datadog::inject(outgoing, &tags, config.tags_header_max, &mut line, set);
            }
            Style::TraceContext if valid => tracecontext::inject(outgoing, &tags, &mut line, set),
            Style::B3 if valid => b3::inject_single(outgoing, &mut line, set),
            Style::B3Multi if valid => b3::inject_multi(outgoing, &mut line, set),
            Style::Baggage => baggage::inject(config, outgoing.baggage, &mut line, set),
            _ => {}
        }
    }
    problem
}
