//! Attribute values as JSON, and JSON as attribute values.

use vedette_model::{Array, Text, Value};

/// The value as JSON. NaN and infinities, which JSON lacks, become text.
pub fn to_json(value: &Value) -> serde_json::Value {
    match value {
        Value::Str(text) => text.as_str().into(),
        Value::Bool(truth) => (*truth).into(),
        Value::Int(number) => (*number).into(),
        Value::Double(number) => double_to_json(*number),
        Value::Array(array) => array_to_json(array),
    }
}

fn array_to_json(array: &Array) -> serde_json::Value {
    match array {
        Array::Str(items) => items.iter().map(Text::as_str).collect(),
        Array::Bool(items) => items.iter().copied().collect(),
        Array::Int(items) => items.iter().copied().collect(),
        Array::Double(items) => items.iter().map(|number| double_to_json(*number)).collect(),
    }
}

fn double_to_json(number: f64) -> serde_json::Value {
    serde_json::Number::from_f64(number).map_or_else(|| number.to_string().into(), serde_json::Value::Number)
}

/// The JSON value as an attribute; maps, null and lists of unlike things become their JSON text.
pub fn from_json(json: &serde_json::Value) -> Value {
    match json {
        serde_json::Value::String(text) => Value::from(text.as_str()),
        serde_json::Value::Bool(truth) => Value::Bool(*truth),
        serde_json::Value::Number(number) => number_from_json(number),
        serde_json::Value::Array(items) => {
            list(items.iter().map(from_scalar)).unwrap_or_else(|| Value::from(&*json.to_string()))
        }
        serde_json::Value::Object(_) | serde_json::Value::Null => Value::from(&*json.to_string()),
    }
}

fn number_from_json(number: &serde_json::Number) -> Value {
    match number.as_i64() {
        Some(whole) => Value::Int(whole),
        None => Value::Double(number.as_f64().unwrap_or(f64::NAN)),
    }
}

fn from_scalar(json: &serde_json::Value) -> Option<Value> {
    match json {
        serde_json::Value::Array(_) | serde_json::Value::Object(_) | serde_json::Value::Null => None,
        scalar => Some(from_json(scalar)),
    }
}

/// An array value of the items; None if there is something in them that is no scalar, or two types.
pub(crate) fn list(items: impl Iterator<Item = Option<Value>>) -> Option<Value> {
    let mut array = None;
    for item in items {
        array = Some(joined(array, item?)?);
    }
    Some(Value::Array(Box::new(array.unwrap_or(Array::Str(Vec::new())))))
}

fn joined(array: Option<Array>, item: Value) -> Option<Array> {
    Some(match (array, item) {
        (None, Value::Str(item)) => Array::Str(vec![item]),
        (None, Value::Bool(item)) => Array::Bool(vec![item]),
        (None, Value::Int(item)) => Array::Int(vec![item]),
        (None, Value::Double(item)) => Array::Double(vec![item]),
        (Some(Array::Str(items)), Value::Str(item)) => Array::Str(with(items, item)),
        (Some(Array::Bool(items)), Value::Bool(item)) => Array::Bool(with(items, item)),
        (Some(Array::Int(items)), Value::Int(item)) => Array::Int(with(items, item)),
        (Some(Array::Double(items)), Value::Double(item)) => Array::Double(with(items, item)),
        _ => return None,
    })
}

fn with<T>(mut items: Vec<T>, item: T) -> Vec<T> {
    items.push(item);
    items
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_survive_json() {
        let values = [
            Value::from("x"),
            Value::from(true),
            Value::from(i64::MIN),
            Value::from(0.5),
            Value::Array(Box::new(Array::Int(vec![1, 2]))),
            Value::Array(Box::new(Array::Str(vec!["a".into()]))),
        ];
        for value in values {
            assert_eq!(from_json(&to_json(&value)), value);
        }
    }

    #[test]
    fn what_is_no_attribute_value_becomes_text() {
        for json in [serde_json::json!([1, "a"]), serde_json::json!({"a": 1}), serde_json::json!([[1]])] {
            assert_eq!(from_json(&json), Value::from(&*json.to_string()));
        }
    }
}
