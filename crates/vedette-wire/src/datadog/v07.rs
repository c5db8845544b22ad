//! Reading `/v0.7/traces`: a `TracerPayload` as MessagePack, fields by their names
//! (<https://github.com/DataDog/datadog-agent/blob/main/pkg/proto/datadog/trace/tracer_payload.proto>); its spans are
//! those of v0.4.

use super::envelope::Envelope;
use super::incoming::{Incoming, Told};
use super::{trace, v04_read};
use crate::bounds::{Budget, DecodeLimits, Error, CHUNK};
use crate::msgpack::read::Reader;
use crate::Received;

/// Decodes the body of a `/v0.7/traces` request.
///
/// # Errors
/// If it is not of that format, or passes one of the limits.
pub fn decode(bytes: &[u8], limits: &DecodeLimits) -> Result<Vec<Received>, Error> {
    let mut payload = Payload { reader: Reader::new(bytes), budget: Budget::open(bytes, limits)? };
    let (mut received, mut envelope) = (Vec::new(), Envelope::default());
    for _ in 0..payload.reader.map()? {
        let name = payload.reader.text()?;
        match &*name {
            "chunks" => payload.chunks(&mut received)?,
            "tags" => payload.texts(|name, text| envelope.tag(name, text))?,
            _ => payload.field(&name, &mut envelope)?,
        }
    }
    envelope.fill(&mut received);
    Ok(received)
}

struct Payload<'a> {
    reader: Reader<'a>,
    budget: Budget,
}

impl Payload<'_> {
    fn field(&mut self, name: &str, envelope: &mut Envelope) -> Result<(), Error> {
        if !envelope.field(name, "") {
            return self.reader.skip(self.budget.depth);
        }
        let text = self.reader.text()?;
        self.budget.charge(text.len())?;
        envelope.field(name, &text);
        Ok(())
    }

    fn chunks(&mut self, received: &mut Vec<Received>) -> Result<(), Error> {
        for _ in 0..self.reader.list()? {
            self.budget.charge(CHUNK)?;
            self.chunk(received)?;
        }
        Ok(())
    }

    fn chunk(&mut self, received: &mut Vec<Received>) -> Result<(), Error> {
        let (mut told, mut spans, mut tags) = (Told::default(), Vec::new(), Vec::new());
        for _ in 0..self.reader.map()? {
            match &*self.reader.text()? {
                "priority" => told.priority = Some(self.reader.unsigned()? as i8),
                "origin" => told.chunk.origin = self.reader.text()?.as_ref().into(),
                "spans" => self.spans(&mut spans, &mut told)?,
                "tags" => self.texts(|name, text| tags.push((name.to_owned(), text.to_owned())))?,
                _ => self.reader.skip(self.budget.depth)?,
            }
        }
        if let Some(first) = spans.first_mut() {
            for (name, text) in tags {
                first.text(&mut told, &name, text.into(), &mut self.budget)?;
            }
        }
        trace::take(received, spans, told);
        Ok(())
    }

    fn spans(&mut self, spans: &mut Vec<Incoming>, told: &mut Told) -> Result<(), Error> {
        for _ in 0..self.reader.list()? {
            self.budget.charge_span()?;
            spans.push(v04_read::span(&mut self.reader, told, &mut self.budget)?);
        }
        Ok(())
    }

    /// Reads a map of texts.
    fn texts(&mut self, mut take: impl FnMut(&str, &str)) -> Result<(), Error> {
        for _ in 0..self.reader.map()? {
            let (name, text) = (self.reader.text()?, self.reader.text()?);
            self.budget.charge(64 + name.len() + text.len())?;
            take(&name, &text);
        }
        Ok(())
    }
}
