//! Reading `/v1.0/traces`, the "efficient trace payload": MessagePack maps whose keys are field numbers
//! (<https://github.com/DataDog/datadog-agent/blob/main/pkg/proto/datadog/trace/idx/span.proto> for spans). A text is
//! written out where it first occurs, and is a place in the table of texts from then on; place 0 is the empty text.
//! Attributes are a flat list of name, type number, value.

use vedette_model::{Kind, Limits, Link, Text};

use super::envelope::Envelope;
use super::incoming::{Incoming, Told};
use super::trace;
use super::v10_values::{Item, Payload};
use crate::bounds::{DecodeLimits, Error, CHUNK};
use crate::decision::mechanism;
use crate::Received;

/// Names of the payload's texts, by field number from 2 on.
const FIELDS: [&str; 8] = [
    "container_id",
    "language_name",
    "language_version",
    "tracer_version",
    "runtime_id",
    "env",
    "hostname",
    "app_version",
];
/// Whole numbers that a double holds exactly.
const EXACT: u64 = 1 << 53;

/// Decodes the body of a `/v1.0/traces` request.
///
/// # Errors
/// If it is not of that format, or passes one of the limits.
pub fn decode(bytes: &[u8], limits: &DecodeLimits) -> Result<Vec<Received>, Error> {
    let mut payload = Payload::open(bytes, limits)?;
    let (mut received, mut envelope) = (Vec::new(), Envelope::default());
    for _ in 0..payload.reader.map()? {
        match payload.reader.unsigned()? {
            number @ 2..=9 => {
                envelope.field(FIELDS[number as usize - 2], &payload.charged_text()?);
            }
            10 => payload.attributes(|name, item| match item {
                Item::Text(text) => envelope.tag(name, &text),
                other => envelope.tag(name, &other.json().to_string()),
            })?,
            11 => payload.chunks(&mut received)?,
            _ => payload.skip()?,
        }
    }
    envelope.fill(&mut received);
    Ok(received)
}

impl Payload<'_> {
    fn chunks(&mut self, received: &mut Vec<Received>) -> Result<(), Error> {
        for _ in 0..self.reader.list()? {
            self.budget.charge(CHUNK)?;
            self.chunk(received)?;
        }
        Ok(())
    }

    fn chunk(&mut self, received: &mut Vec<Received>) -> Result<(), Error> {
        let (mut told, mut spans, mut tags) = (Told::default(), Vec::new(), Vec::new());
        let mut trace_id = 0u128;
        for _ in 0..self.reader.map()? {
            match self.reader.unsigned()? {
                1 => told.priority = Some(self.reader.unsigned()? as i8),
                2 => told.chunk.origin = Text::new(&self.charged_text()?),
                3 => self.attributes(|name, item| tags.push((name.to_owned(), item)))?,
                4 => self.spans(&mut spans, &mut told)?,
                6 => trace_id = self.wide_id()?,
                7 => told.chunk.decision.mechanism = mechanism(&format!("-{}", self.reader.unsigned()?)),
                _ => self.skip()?,
            }
        }
        told.high = (trace_id >> 64) as u64;
        spans.iter_mut().for_each(|incoming: &mut Incoming| incoming.trace_id = trace_id as u64);
        if let Some(first) = spans.first_mut() {
            for (name, item) in tags {
                self.take(first, &mut told, &name, item)?;
            }
        }
        trace::take(received, spans, told);
        Ok(())
    }

    fn spans(&mut self, spans: &mut Vec<Incoming>, told: &mut Told) -> Result<(), Error> {
        for _ in 0..self.reader.list()? {
            self.budget.charge_span()?;
            let span = self.span(told)?;
            spans.push(span);
        }
        Ok(())
    }

    fn span(&mut self, told: &mut Told) -> Result<Incoming, Error> {
        let mut incoming = Incoming::default();
        for _ in 0..self.reader.map()? {
            let number = self.reader.unsigned()?;
            let span = &mut incoming.span;
            match number {
                1 => span.service = Text::new(&self.charged_text()?),
                2 => span.name = Text::new(&self.charged_text()?),
                3 => span.resource = Text::new(&self.charged_text()?),
                4 => span.id = self.reader.unsigned()?,
                5 => span.parent = self.reader.unsigned()?,
                6 => span.start = self.reader.unsigned()?,
                7 => span.duration = self.reader.unsigned()?,
                8 => span.error = self.reader.unsigned()? != 0,
                9 => self.tags(&mut incoming, told)?,
                10 => span.span_type = Text::new(&self.charged_text()?),
                11 => self.links(&mut incoming)?,
                12 => self.events(&mut incoming)?,
                13 => self.named(&mut incoming, told, "env")?,
                14 => self.named(&mut incoming, told, "version")?,
                15 => self.named(&mut incoming, told, "component")?,
                16 => span.kind = kind(self.reader.unsigned()?),
                _ => self.skip()?,
            }
        }
        Ok(incoming)
    }

    /// A field that older formats have among the tags.
    fn named(&mut self, incoming: &mut Incoming, told: &mut Told, name: &str) -> Result<(), Error> {
        let text = self.text()?;
        if text.is_empty() {
            return Ok(());
        }
        incoming.text(told, name, text, &mut self.budget)
    }

    fn tags(&mut self, incoming: &mut Incoming, told: &mut Told) -> Result<(), Error> {
        for _ in 0..self.pairs()? {
            let name = self.text()?;
            let item = self.item(self.budget.depth)?;
            self.take(incoming, told, &name, item)?;
        }
        Ok(())
    }

    fn take(
        &mut self,
        incoming: &mut Incoming,
        told: &mut Told,
        name: &str,
        item: Item,
    ) -> Result<(), Error> {
        match item {
            Item::Text(text) => incoming.text(told, name, text, &mut self.budget),
            Item::Double(number) => incoming.number(told, name, number, &mut self.budget),
            Item::Int(whole) if whole.unsigned_abs() <= EXACT => {
                incoming.number(told, name, whole as f64, &mut self.budget)
            }
            Item::Bytes(bytes) => {
                self.budget.charge(64 + bytes.len())?;
                incoming.span.extras().structures.push((Text::new(name), bytes.to_vec()));
                Ok(())
            }
            other => {
                self.budget.charge(64)?;
                incoming.attribute(name, other.value());
                Ok(())
            }
        }
    }

    fn links(&mut self, incoming: &mut Incoming) -> Result<(), Error> {
        for _ in 0..self.reader.list()? {
            self.budget.charge(std::mem::size_of::<Link>())?;
            let mut link = Link::default();
            for _ in 0..self.reader.map()? {
                match self.reader.unsigned()? {
                    1 => link.trace_id = self.wide_id()?,
                    2 => link.span_id = self.reader.unsigned()?,
                    3 => link.attributes = self.parts()?,
                    4 => link.tracestate = Text::new(&self.charged_text()?),
                    5 => link.flags = Some(self.reader.unsigned()? as u8),
                    _ => self.skip()?,
                }
            }
            let links = &mut incoming.span.extras().links;
            if links.len() < Limits::DEFAULT.links {
                links.push(link);
            } else {
                vedette_model::limits::count_cut();
            }
        }
        Ok(())
    }

    fn events(&mut self, incoming: &mut Incoming) -> Result<(), Error> {
        for _ in 0..self.reader.list()? {
            self.budget.charge(std::mem::size_of::<vedette_model::Event>())?;
            let mut event = vedette_model::Event::default();
            for _ in 0..self.reader.map()? {
                match self.reader.unsigned()? {
                    1 => event.time = self.reader.unsigned()?,
                    2 => event.name = Text::new(&self.charged_text()?),
                    3 => event.attributes = self.parts()?,
                    _ => self.skip()?,
                }
            }
            let events = &mut incoming.span.extras().events;
            if events.len() < Limits::DEFAULT.events {
                events.push(event);
            } else {
                vedette_model::limits::count_cut();
            }
        }
        Ok(())
    }
}

/// The kind with that OpenTelemetry number.
fn kind(number: u64) -> Kind {
    use Kind::{Client, Consumer, Internal, Producer, Server, Unspecified};
    let known = [Unspecified, Internal, Server, Client, Producer, Consumer];
    known.into_iter().find(|kind| *kind as u64 == number).unwrap_or_default()
}
