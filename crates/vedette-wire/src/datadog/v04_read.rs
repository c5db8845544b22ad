//! Reading `/v0.4/traces` and `/v0.3/traces`.

use vedette_model::Text;

use super::incoming::{Incoming, Told};
use super::{structured_read as structured, trace};
use crate::bounds::{Budget, DecodeLimits, Error, CHUNK};
use crate::msgpack::read::Reader;
use crate::Received;

/// Decodes the body of a `/v0.4/traces` or `/v0.3/traces` request.
pub(super) fn decode(bytes: &[u8], limits: &DecodeLimits) -> Result<Vec<Received>, Error> {
    let mut budget = Budget::open(bytes, limits)?;
    let mut reader = Reader::new(bytes);
    let mut received = Vec::new();
    for _ in 0..reader.list()? {
        budget.charge(CHUNK)?;
        let mut told = Told::default();
        let mut spans = Vec::new();
        for _ in 0..reader.list()? {
            budget.charge_span()?;
            spans.push(span(&mut reader, &mut told, &mut budget)?);
        }
        trace::take(&mut received, spans, told);
    }
    Ok(received)
}

/// Reads one span.
pub(super) fn span(reader: &mut Reader, told: &mut Told, budget: &mut Budget) -> Result<Incoming, Error> {
    let mut incoming = Incoming::default();
    for _ in 0..reader.map()? {
        let name = reader.text()?;
        field(&name, &mut incoming, reader, told, budget)?;
    }
    Ok(incoming)
}

fn field(
    name: &str,
    incoming: &mut Incoming,
    reader: &mut Reader,
    told: &mut Told,
    budget: &mut Budget,
) -> Result<(), Error> {
    let span = &mut incoming.span;
    match name {
        "trace_id" => incoming.trace_id = reader.unsigned()?,
        "span_id" => span.id = reader.unsigned()?,
        "parent_id" => span.parent = reader.unsigned()?,
        "start" => span.start = reader.unsigned()?,
        "duration" => span.duration = reader.unsigned()?,
        "error" => span.error = reader.unsigned()? != 0,
        "name" => span.name = text(reader, budget)?,
        "resource" => span.resource = text(reader, budget)?,
        "service" => span.service = text(reader, budget)?,
        "type" => span.span_type = text(reader, budget)?,
        "meta" => return texts(incoming, reader, told, budget),
        "metrics" => return numbers(incoming, reader, told, budget),
        "span_links" => structured::links(span, reader, budget)?,
        "span_events" => structured::events(span, reader, budget)?,
        "meta_struct" => structured::structures(span, reader, budget)?,
        _ => reader.skip(budget.depth)?,
    }
    Ok(())
}

fn text(reader: &mut Reader, budget: &mut Budget) -> Result<Text, Error> {
    let text = reader.text()?;
    budget.charge(text.len())?;
    Ok(Text::new(&text))
}

fn texts(
    incoming: &mut Incoming,
    reader: &mut Reader,
    told: &mut Told,
    budget: &mut Budget,
) -> Result<(), Error> {
    for _ in 0..reader.map()? {
        let name = reader.text()?;
        let value = reader.text()?;
        incoming.text(told, &name, value, budget)?;
    }
    Ok(())
}

fn numbers(
    incoming: &mut Incoming,
    reader: &mut Reader,
    told: &mut Told,
    budget: &mut Budget,
) -> Result<(), Error> {
    for _ in 0..reader.map()? {
        let name = reader.text()?;
        let value = reader.double()?;
        incoming.number(told, &name, value, budget)?;
    }
    Ok(())
}
