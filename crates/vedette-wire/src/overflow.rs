//! Attributes that arrive when no further name can be interned.
//!
//! Names live as long as the process, so their number is bounded (`vedette_model::key`). An agent that runs for
//! weeks meets more: senders that put data into names use them up. What comes then is kept as one attribute.

use serde_json::{json, Value as Json};
use vedette_model::span::set_in;
use vedette_model::{keys, Array, Key, Limits, Text, Value};

use crate::value::to_json;

/// Sets an attribute, also if its name cannot be interned any more.
pub(crate) fn set(attributes: &mut Vec<(Key, Value)>, name: &str, value: Value, limits: &Limits) {
    match Key::new(name) {
        Some(key) => set_in(attributes, key, value, limits),
        None if name.is_empty() => vedette_model::limits::count_cut(),
        None => fold(attributes, name, &value, limits),
    }
}

/// Adds `["name", value]` to the attribute that holds the others.
fn fold(attributes: &mut Vec<(Key, Value)>, name: &str, value: &Value, limits: &Limits) {
    let item = Text::from(json!([name, to_json(value)]).to_string());
    let held = attributes.iter_mut().find(|(key, _)| *key == keys::MORE).map(|(_, value)| value);
    match held {
        Some(Value::Array(array)) => match &mut **array {
            Array::Str(items) if items.len() < limits.attributes => items.push(item),
            _ => vedette_model::limits::count_cut(),
        },
        _ => set_in(attributes, keys::MORE, Value::Array(Box::new(Array::Str(vec![item]))), limits),
    }
}

/// Puts folded attributes back among the others.
pub(crate) fn unfold(attributes: &mut Json) {
    let Some(attributes) = attributes.as_object_mut() else { return };
    let Some(Json::Array(items)) = attributes.remove(keys::MORE.name()) else { return };
    for item in items.iter().filter_map(Json::as_str) {
        if let Ok((name, value)) = serde_json::from_str::<(String, Json)>(item) {
            attributes.entry(name).or_insert(value);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folded_attributes_come_back() {
        let mut attributes = Vec::new();
        fold(&mut attributes, "a=name", &Value::from("x=y"), &Limits::DEFAULT);
        fold(&mut attributes, "a.number", &Value::from(7), &Limits::DEFAULT);
        let mut json = json!({ keys::MORE.name(): to_json(&attributes[0].1), "kept": true });
        unfold(&mut json);
        assert_eq!(json, json!({"a=name": "x=y", "a.number": 7, "kept": true}));
    }

    #[test]
    fn names_too_long_to_intern_are_kept() {
        let mut attributes = Vec::new();
        let long = "n".repeat(300);
        set(&mut attributes, &long, Value::from(true), &Limits::DEFAULT);
        let mut json = json!({ keys::MORE.name(): to_json(&attributes[0].1) });
        unfold(&mut json);
        assert_eq!(json[long], true);
    }
}
