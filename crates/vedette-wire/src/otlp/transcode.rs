//! Protobuf to the JSON of the same message. Unknown fields are passed over.

use base64::prelude::{Engine, BASE64_STANDARD};
use serde_json::{Map, Value as Json};

use super::schema::{Form, Message};
use crate::bounds::{Budget, Error};
use crate::protobuf::read::{Field, Reader};

/// Memory charged for a member of an object, beside its text.
const MEMBER: usize = 96;

/// The message as JSON, within the budget.
pub(super) fn to_json(bytes: &[u8], message: &Message, budget: &mut Budget) -> Result<Json, Error> {
    let depth = budget.depth * 3; // a level of an attribute's value is three messages
    read(bytes, message, depth, budget)
}

fn read(bytes: &[u8], message: &Message, depth: usize, budget: &mut Budget) -> Result<Json, Error> {
    let within = depth.checked_sub(1).ok_or(Error::TooBig { limit: "depth" })?;
    let mut object = Map::new();
    let mut reader = Reader::new(bytes);
    while let Some((number, field)) = reader.field()? {
        let Some((_, name, form)) = message.0.iter().find(|(known, ..)| *known == number) else { continue };
        budget.charge(MEMBER)?;
        match form {
            Form::Messages(inner) => {
                let item = read(field.bytes(), inner, within, budget)?;
                if let Json::Array(items) = object.entry(*name).or_insert_with(|| Json::Array(Vec::new())) {
                    items.push(item);
                }
            }
            Form::Message(inner) => {
                object.insert((*name).to_owned(), read(field.bytes(), inner, within, budget)?);
            }
            form => {
                object.insert((*name).to_owned(), scalar(*form, field, budget)?);
            }
        }
    }
    Ok(Json::Object(object))
}

fn scalar(form: Form, field: Field, budget: &mut Budget) -> Result<Json, Error> {
    let bytes = field.bytes();
    budget.charge(bytes.len() * 2)?;
    Ok(match form {
        Form::Text => String::from_utf8_lossy(bytes).into(),
        Form::Hex => bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>().into(),
        Form::Base64 => BASE64_STANDARD.encode(bytes).into(),
        Form::Bool => (field.number() != 0).into(),
        Form::Unsigned => field.number().into(),
        Form::Signed => (field.number() as i64).into(),
        Form::ZigZag => zigzag(field.number()).into(),
        Form::Double => double(field.number()),
        Form::Fixed64s => packed(field, budget)?.into_iter().map(Json::from).collect(),
        Form::Doubles => packed(field, budget)?.into_iter().map(double).collect(),
        Form::Varints => varints(bytes, budget)?,
        Form::Message(_) | Form::Messages(_) => Json::Null,
    })
}

fn zigzag(number: u64) -> i64 {
    (number >> 1) as i64 ^ -((number & 1) as i64)
}

/// JSON lacks NaN and infinities: they are texts there.
fn double(bits: u64) -> Json {
    let number = f64::from_bits(bits);
    serde_json::Number::from_f64(number).map_or_else(|| number.to_string().into(), Json::Number)
}

/// Eight bytes each; a sender may also write a list of one without packing it.
fn packed(field: Field, budget: &mut Budget) -> Result<Vec<u64>, Error> {
    if let Field::Fixed64(one) = field {
        return Ok(vec![one]);
    }
    budget.charge(field.bytes().len() * 4)?;
    let items = field.bytes().chunks_exact(8);
    if items.remainder().is_empty() {
        Ok(items.map(|item| u64::from_le_bytes(item.try_into().unwrap_or_default())).collect())
    } else {
        Err(Error::Truncated)
    }
}

fn varints(bytes: &[u8], budget: &mut Budget) -> Result<Json, Error> {
    budget.charge(bytes.len() * 32)?;
    let mut reader = Reader::new(bytes);
    let mut items = Vec::new();
    while let Some(number) = reader.number()? {
        items.push(number.into());
    }
    Ok(Json::Array(items))
}
