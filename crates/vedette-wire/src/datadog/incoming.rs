//! One span as it arrives, its tags sorted into the model: back from Datadog's words.

use std::borrow::Cow;

use vedette_model::span::set_in;
use vedette_model::{keys, Chunk, Kind, Limits, Process, Span, Text, Value};

use super::structured_read as structured;
use super::tags::rate_text;
use crate::bounds::{Budget, Error};
use crate::decision::mechanism;
use crate::names::{self, Form};
use crate::overflow;
use crate::packed;

/// Attributes per arriving span: more than ours have, as other tracers cut later.
pub(crate) const ARRIVING: Limits = Limits { attributes: 512, ..Limits::DEFAULT };

/// A span being read.
#[derive(Default)]
pub(super) struct Incoming {
    pub trace_id: u64,
    pub span: Span,
    /// It says that it enters a service.
    pub entry: bool,
    /// It names its process, as local roots do.
    pub names_process: bool,
}

/// What the spans of one chunk say of the chunk and its process.
#[derive(Default)]
pub(super) struct Told {
    pub chunk: Chunk,
    pub process: Process,
    pub priority: Option<i8>,
    /// Upper half of the trace id.
    pub high: u64,
    pub rate: Option<Text>,
}

impl Incoming {
    /// Takes one entry of `meta`.
    pub fn text(
        &mut self,
        told: &mut Told,
        name: &str,
        text: Cow<str>,
        budget: &mut Budget,
    ) -> Result<(), Error> {
        budget.charge(64 + text.len())?;
        if told.text(name, &text) {
            self.names_process |= matches!(name, "runtime-id" | "language");
            return Ok(());
        }
        match name {
            "span.kind" => self.kind(&text),
            "error.type" => self.span.extras().failure.get_or_insert_default().kind = Text::new(&text),
            "error.message" | "error.msg" => {
                self.span.extras().failure.get_or_insert_default().message = Text::new(&text);
            }
            "error.stack" => self.span.extras().failure.get_or_insert_default().stack = Text::new(&text),
            "_dd.span_links" => structured::links_from_json(&mut self.span, &text, budget)?,
            "events" if text.starts_with('[') => structured::events_from_json(&mut self.span, &text, budget)?,
            _ => self.attribute(name, Value::from(&*text)),
        }
        Ok(())
    }

    /// Takes one entry of `metrics`.
    pub fn number(
        &mut self,
        told: &mut Told,
        name: &str,
        number: f64,
        budget: &mut Budget,
    ) -> Result<(), Error> {
        budget.charge(64)?;
        match name {
            "_dd.top_level" | "_top_level" => self.entry = number != 0.0,
            "process_id" => {
                self.names_process = true;
                told.process.pid = number as u32;
            }
            _ if told.number(name, number) => {}
            _ => self.attribute(name, whole_where_possible(number)),
        }
        Ok(())
    }

    fn kind(&mut self, text: &str) {
        match Kind::from_name(text) {
            Some(kind) => self.span.kind = kind,
            None => set_in(&mut self.span.attributes, keys::SPAN_KIND, Value::from(text), &ARRIVING),
        }
    }

    /// Sets an attribute under its OpenTelemetry name.
    pub fn attribute(&mut self, tag: &str, value: Value) {
        let attributes = &mut self.span.attributes;
        match names::from_datadog(tag) {
            Some(name) => set_in(attributes, name.convention, typed(name.form, value), &ARRIVING),
            None => overflow::set(attributes, tag, value, &ARRIVING),
        }
    }

    /// An error type that came alone is an attribute; only with a message or stack it is an exception.
    pub fn settle_failure(&mut self) {
        let Some(extras) = &mut self.span.extras else { return };
        let alone =
            |failure: &&mut vedette_model::ErrorInfo| failure.message.is_empty() && failure.stack.is_empty();
        let Some(kind) =
            extras.failure.as_mut().filter(alone).map(|failure| std::mem::take(&mut failure.kind))
        else {
            return;
        };
        extras.failure = None;
        if **extras == Default::default() {
            self.span.extras = None;
        }
        set_in(&mut self.span.attributes, keys::ERROR_TYPE, Value::Str(kind), &ARRIVING);
    }
}

impl Told {
    /// Takes a text that concerns the whole chunk; false if it does not.
    fn text(&mut self, name: &str, text: &str) -> bool {
        match name {
            "_dd.p.tid" => self.high(text),
            "_dd.p.dm" => match mechanism(text) {
                Some(mechanism) => self.chunk.decision.mechanism = Some(mechanism),
                None => self.tag(name, text),
            },
            "_dd.p.ksr" => self.rate = Some(text.into()),
            "_dd.origin" => self.chunk.origin = text.into(),
            "runtime-id" => self.process.runtime_id = text.into(),
            "language" => self.process.language = text.into(),
            "_dd.hostname" => self.process.hostname = text.into(),
            "_dd.git.repository_url" | "_dd.git.commit.sha" | "_dd.tags.process" => {
                self.process_tag(name, text)
            }
            _ if name.starts_with("_dd.p.") => self.tag(name, text),
            _ => return false,
        }
        true
    }

    /// Takes a number that concerns the whole chunk; false if it does not.
    fn number(&mut self, name: &str, number: f64) -> bool {
        let decision = &mut self.chunk.decision;
        match name {
            "_sampling_priority_v1" => self.priority = Some(number as i8),
            "_dd.rule_psr" => decision.rule_rate = Some(number),
            "_dd.agent_psr" => decision.agent_rate = Some(number),
            "_dd.limit_psr" => decision.limit_rate = Some(number),
            _ => return false,
        }
        true
    }

    /// Malformed upper halves are ignored, as everywhere in the protocol.
    fn high(&mut self, text: &str) {
        if text.len() == 16 {
            self.high = u64::from_str_radix(text, 16).unwrap_or(0);
        }
    }

    fn tag(&mut self, name: &str, text: &str) {
        if !self.chunk.tags.iter().any(|(known, _)| known == name) && self.chunk.tags.len() < 64 {
            self.chunk.tags.push((name.into(), text.into()));
        }
    }

    fn process_tag(&mut self, name: &str, text: &str) {
        if !self.process.chunk_tags.iter().any(|(known, _)| known == name) {
            self.process.chunk_tags.push((name.into(), text.into()));
        }
    }

    /// A sender that says nothing of sampling kept what it sent.
    pub fn settle_priority(&mut self) {
        self.chunk.decision.priority = self.priority.unwrap_or(1);
    }

    /// Keeps the propagated rate only where it is not simply the rate of the decision.
    pub fn settle_rate(&mut self) {
        let Some(told) = self.rate.take() else { return };
        let decision = &self.chunk.decision;
        let derived = decision.rule_rate.or(decision.agent_rate).map(rate_text);
        if derived.as_deref() != Some(&*told) {
            self.tag("_dd.p.ksr", &told);
        }
    }
}

/// `metrics` holds doubles only: what is whole was most likely an integer.
fn whole_where_possible(number: f64) -> Value {
    const EXACT: f64 = (1u64 << 53) as f64;
    if number.fract() == 0.0 && number.abs() <= EXACT {
        Value::Int(number as i64)
    } else {
        Value::Double(number)
    }
}

fn typed(form: Form, value: Value) -> Value {
    match (form, &value) {
        (Form::Text, Value::Str(text)) => text.parse().map_or(value, Value::Int),
        (Form::Packed, Value::Str(text)) => {
            packed::unpack(text).map_or(value, |text| Value::from(text.as_str()))
        }
        _ => value,
    }
}
