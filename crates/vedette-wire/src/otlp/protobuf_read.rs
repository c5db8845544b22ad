//! Reading `ExportTraceServiceRequest` from protobuf. Unknown fields are passed over.

use base64::prelude::{Engine, BASE64_STANDARD};
use serde_json::{Map, Value as Json};
use vedette_model::{Event, Link, Text, Value};

use super::incoming::{add_event, add_link, kind, set, set_part, Incoming, Sender};
use crate::bounds::{Budget, DecodeLimits, Error, CHUNK};
use crate::protobuf::read::{Field, Reader};
use crate::value::from_json;
use crate::Received;

/// JSON values take up to so many times the bytes of their encoding.
const JSON_GROWTH: usize = 16;

pub(super) fn decode(bytes: &[u8], limits: &DecodeLimits) -> Result<Vec<Received>, Error> {
    let mut budget = Budget::open(bytes, limits)?;
    let mut received = Vec::new();
    each(bytes, |number, field| {
        if number == 1 {
            budget.charge(CHUNK)?;
            received.push(resource_spans(field.bytes(), &mut budget)?);
        }
        Ok(())
    })?;
    Ok(received)
}

fn each<'a>(bytes: &'a [u8], mut take: impl FnMut(u32, Field<'a>) -> Result<(), Error>) -> Result<(), Error> {
    let mut reader = Reader::new(bytes);
    while let Some((number, field)) = reader.field()? {
        take(number, field)?;
    }
    Ok(())
}

fn resource_spans(bytes: &[u8], budget: &mut Budget) -> Result<Received, Error> {
    let mut sender = Sender::default();
    each(bytes, |number, field| match number {
        1 => each(field.bytes(), |number, field| {
            if number == 1 {
                let (name, value) = attribute(field.bytes(), budget)?;
                sender.attribute(&name, value);
            }
            Ok(())
        }),
        2 => scope_spans(field.bytes(), &mut sender, budget),
        _ => Ok(()),
    })?;
    Ok(sender.received())
}

fn scope_spans(bytes: &[u8], sender: &mut Sender, budget: &mut Budget) -> Result<(), Error> {
    let mut scope = Text::default();
    each(bytes, |number, field| {
        match number {
            1 => each(field.bytes(), |number, field| {
                if number == 1 {
                    scope = text(field, budget)?;
                }
                Ok(())
            })?,
            2 => {
                budget.charge_span()?;
                let mut incoming = span(field.bytes(), budget)?;
                incoming.scope(&scope);
                sender.spans.push(incoming);
            }
            _ => {}
        }
        Ok(())
    })
}

fn span(bytes: &[u8], budget: &mut Budget) -> Result<Incoming, Error> {
    let mut incoming = Incoming::default();
    each(bytes, |number, field| {
        let span = &mut incoming.span;
        match number {
            1 => incoming.trace_id = wide_id(field),
            2 => span.id = id(field),
            3 => incoming.tracestate = text(field, budget)?,
            4 => span.parent = id(field),
            5 => span.name = text(field, budget)?,
            6 => span.kind = kind(field.number()),
            7 => span.start = field.number(),
            8 => incoming.end = field.number(),
            9 => {
                let (name, value) = attribute(field.bytes(), budget)?;
                set(span, &name, value);
            }
            11 => add_event(span, event(field.bytes(), budget)?),
            13 => add_link(span, link(field.bytes(), budget)?),
            15 => status(field.bytes(), &mut incoming, budget)?,
            16 => incoming.flags = Some(field.number() as u32),
            _ => {}
        }
        Ok(())
    })?;
    Ok(incoming)
}

fn event(bytes: &[u8], budget: &mut Budget) -> Result<Event, Error> {
    budget.charge(std::mem::size_of::<Event>())?;
    let mut event = Event::default();
    each(bytes, |number, field| {
        match number {
            1 => event.time = field.number(),
            2 => event.name = text(field, budget)?,
            3 => {
                let (name, value) = attribute(field.bytes(), budget)?;
                set_part(&mut event.attributes, &name, value);
            }
            _ => {}
        }
        Ok(())
    })?;
    Ok(event)
}

fn link(bytes: &[u8], budget: &mut Budget) -> Result<Link, Error> {
    budget.charge(std::mem::size_of::<Link>())?;
    let mut link = Link::default();
    each(bytes, |number, field| {
        match number {
            1 => link.trace_id = wide_id(field),
            2 => link.span_id = id(field),
            3 => link.tracestate = text(field, budget)?,
            4 => {
                let (name, value) = attribute(field.bytes(), budget)?;
                set_part(&mut link.attributes, &name, value);
            }
            6 => link.flags = Some(field.number() as u8),
            _ => {}
        }
        Ok(())
    })?;
    Ok(link)
}

fn status(bytes: &[u8], incoming: &mut Incoming, budget: &mut Budget) -> Result<(), Error> {
    each(bytes, |number, field| {
        match number {
            2 => incoming.message = text(field, budget)?,
            3 => incoming.failed = field.number() == 2,
            _ => {}
        }
        Ok(())
    })
}

/// An id of the wrong length is no id.
fn wide_id(field: Field) -> u128 {
    field.bytes().try_into().map_or(0, u128::from_be_bytes)
}

fn id(field: Field) -> u64 {
    field.bytes().try_into().map_or(0, u64::from_be_bytes)
}

fn text(field: Field, budget: &mut Budget) -> Result<Text, Error> {
    budget.charge(field.bytes().len())?;
    Ok(Text::from_utf8_lossy(field.bytes()))
}

fn attribute(bytes: &[u8], budget: &mut Budget) -> Result<(Text, Value), Error> {
    budget.charge(64)?;
    let mut name = Text::default();
    let mut value = Value::from("");
    each(bytes, |number, field| {
        match number {
            1 => name = text(field, budget)?,
            2 => value = any(field.bytes(), budget)?,
            _ => {}
        }
        Ok(())
    })?;
    Ok((name, value))
}

/// An `AnyValue`; maps and lists of unlike things become their JSON text.
fn any(bytes: &[u8], budget: &mut Budget) -> Result<Value, Error> {
    let mut value = Value::from("");
    each(bytes, |number, field| {
        value = match number {
            1 => Value::Str(text(field, budget)?),
            2 => Value::Bool(field.number() != 0),
            3 => Value::Int(field.number() as i64),
            4 => Value::Double(f64::from_bits(field.number())),
            5..=7 => {
                budget.charge(field.bytes().len() * JSON_GROWTH)?;
                from_json(&nested(number, field, budget.depth)?)
            }
            _ => return Ok(()),
        };
        Ok(())
    })?;
    Ok(value)
}

fn any_json(bytes: &[u8], depth: usize) -> Result<Json, Error> {
    let mut json = Json::Null;
    each(bytes, |number, field| {
        json = match number {
            1 => String::from_utf8_lossy(field.bytes()).into(),
            2 => (field.number() != 0).into(),
            3 => (field.number() as i64).into(),
            4 => f64::from_bits(field.number()).into(),
            5..=7 => nested(number, field, depth)?,
            _ => return Ok(()),
        };
        Ok(())
    })?;
    Ok(json)
}

/// A list (5), a map (6), or bytes (7) as base64.
fn nested(number: u32, field: Field, depth: usize) -> Result<Json, Error> {
    let within = depth.checked_sub(1).ok_or(Error::TooBig { limit: "depth" })?;
    match number {
        5 => list(field.bytes(), within),
        6 => map(field.bytes(), within),
        _ => Ok(BASE64_STANDARD.encode(field.bytes()).into()),
    }
}

fn list(bytes: &[u8], depth: usize) -> Result<Json, Error> {
    let mut items = Vec::new();
    each(bytes, |number, field| {
        if number == 1 {
            items.push(any_json(field.bytes(), depth)?);
        }
        Ok(())
    })?;
    Ok(Json::Array(items))
}

fn map(bytes: &[u8], depth: usize) -> Result<Json, Error> {
    let mut pairs = Map::new();
    each(bytes, |number, field| {
        if number == 1 {
            let (name, value) = pair(field.bytes(), depth)?;
            pairs.insert(name, value);
        }
        Ok(())
    })?;
    Ok(Json::Object(pairs))
}

fn pair(bytes: &[u8], depth: usize) -> Result<(String, Json), Error> {
    let mut pair = (String::new(), Json::Null);
    each(bytes, |number, field| {
        match number {
            1 => pair.0 = String::from_utf8_lossy(field.bytes()).into(),
            2 => pair.1 = any_json(field.bytes(), depth)?,
            _ => {}
        }
        Ok(())
    })?;
    Ok(pair)
}
