//! MessagePack to JSON, for `meta_struct` values that people are to read.

use serde_json::{Map, Number, Value};

use super::read::{Reader, Token};
use crate::bounds::Error;

/// The first value of `bytes` as JSON, at most `depth` levels of it.
pub fn value(bytes: &[u8], depth: usize) -> Result<Value, Error> {
    read(&mut Reader::new(bytes), depth)
}

fn read(reader: &mut Reader, depth: usize) -> Result<Value, Error> {
    let within = depth.checked_sub(1).ok_or(Error::TooBig { limit: "depth" })?;
    Ok(match reader.token()? {
        Token::Nil => Value::Null,
        Token::Bool(truth) => Value::Bool(truth),
        Token::Int(number) => Value::from(number),
        Token::Uint(number) => Value::from(number),
        Token::Float(number) => Number::from_f64(number).map_or(Value::Null, Value::Number),
        Token::Text(bytes) | Token::Bytes(bytes) => Value::String(String::from_utf8_lossy(bytes).into()),
        Token::List(length) => (0..length).map(|_| read(reader, within)).collect::<Result<_, _>>()?,
        Token::Map(length) => Value::Object(pairs(reader, length, within)?),
    })
}

fn pairs(reader: &mut Reader, length: usize, depth: usize) -> Result<Map<String, Value>, Error> {
    let mut map = Map::new();
    for _ in 0..length {
        let name = match read(reader, depth)? {
            Value::String(name) => name,
            other => other.to_string(),
        };
        map.insert(name, read(reader, depth)?);
    }
    Ok(map)
}

/// Writes a JSON value as MessagePack.
pub fn write(out: &mut Vec<u8>, value: &Value) {
    match value {
        Value::Null => out.push(0xc0),
        Value::Bool(truth) => super::write::truth(out, *truth),
        Value::Number(number) => write_number(out, number),
        Value::String(text) => super::write::text(out, text),
        Value::Array(items) => {
            super::write::list(out, items.len());
            items.iter().for_each(|item| write(out, item));
        }
        Value::Object(pairs) => {
            super::write::map(out, pairs.len());
            for (name, value) in pairs {
                super::write::text(out, name);
                write(out, value);
            }
        }
    }
}

fn write_number(out: &mut Vec<u8>, number: &Number) {
    if let Some(number) = number.as_u64() {
        super::write::unsigned(out, number);
    } else if let Some(number) = number.as_i64() {
        super::write::signed(out, number);
    } else {
        super::write::double(out, number.as_f64().unwrap_or(f64::NAN));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_survives_the_way_through_msgpack() {
        let json =
            serde_json::json!({"frames": [{"id": 1, "file": "a.py"}, null, -7, 0.5, true], "n": u64::MAX});
        let mut out = Vec::new();
        write(&mut out, &json);
        assert_eq!(value(&out, 8), Ok(json));
    }
}
