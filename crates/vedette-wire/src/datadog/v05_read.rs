//! Reading `/v0.5/traces`.

use std::borrow::Cow;

use vedette_model::Text;

use super::incoming::{Incoming, Told};
use super::trace;
use crate::bounds::{Budget, DecodeLimits, Error, CHUNK};
use crate::msgpack::read::Reader;
use crate::Received;

/// Decodes the body of a `/v0.5/traces` request.
pub(super) fn decode(bytes: &[u8], limits: &DecodeLimits) -> Result<Vec<Received>, Error> {
    let mut budget = Budget::open(bytes, limits)?;
    let mut reader = Reader::new(bytes);
    if reader.list()? != 2 {
        return Err(reader.expected("a list of two"));
    }
    let table = table(&mut reader, &mut budget)?;
    let mut payload = Payload { reader, budget, table };
    let mut received = Vec::new();
    for _ in 0..payload.reader.list()? {
        payload.chunk(&mut received)?;
    }
    Ok(received)
}

fn table<'a>(reader: &mut Reader<'a>, budget: &mut Budget) -> Result<Vec<Cow<'a, str>>, Error> {
    let length = reader.list()?;
    budget.charge(length * std::mem::size_of::<Cow<str>>())?;
    (0..length).map(|_| reader.text()).collect()
}

struct Payload<'a> {
    reader: Reader<'a>,
    budget: Budget,
    table: Vec<Cow<'a, str>>,
}

impl Payload<'_> {
    fn chunk(&mut self, received: &mut Vec<Received>) -> Result<(), Error> {
        self.budget.charge(CHUNK)?;
        let mut told = Told::default();
        let mut spans = Vec::new();
        for _ in 0..self.reader.list()? {
            self.budget.charge_span()?;
            spans.push(self.span(&mut told)?);
        }
        trace::take(received, spans, told);
        Ok(())
    }

    fn span(&mut self, told: &mut Told) -> Result<Incoming, Error> {
        if self.reader.list()? != 12 {
            return Err(self.reader.expected("a span of twelve fields"));
        }
        let mut incoming = Incoming::default();
        let span = &mut incoming.span;
        span.service = self.text()?;
        span.name = self.text()?;
        span.resource = self.text()?;
        incoming.trace_id = self.reader.unsigned()?;
        span.id = self.reader.unsigned()?;
        span.parent = self.reader.unsigned()?;
        span.start = self.reader.unsigned()?;
        span.duration = self.reader.unsigned()?;
        span.error = self.reader.unsigned()? != 0;
        self.tags(&mut incoming, told)?;
        incoming.span.span_type = self.text()?;
        Ok(incoming)
    }

    fn tags(&mut self, incoming: &mut Incoming, told: &mut Told) -> Result<(), Error> {
        for _ in 0..self.reader.map()? {
            let (name, value) = (self.place()?, self.place()?);
            incoming.text(told, &self.table[name], Cow::Borrowed(&self.table[value]), &mut self.budget)?;
        }
        for _ in 0..self.reader.map()? {
            let (name, value) = (self.place()?, self.reader.double()?);
            incoming.number(told, &self.table[name], value, &mut self.budget)?;
        }
        Ok(())
    }

    /// A place in the table.
    fn place(&mut self) -> Result<usize, Error> {
        let place = self.reader.unsigned()?;
        let known = usize::try_from(place).ok().filter(|place| *place < self.table.len());
        known.ok_or_else(|| self.reader.expected("a place in the table of texts"))
    }

    fn text(&mut self) -> Result<Text, Error> {
        let place = self.place()?;
        let text = &self.table[place];
        self.budget.charge(text.len())?;
        Ok(Text::new(text))
    }
}
