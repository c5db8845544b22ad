//! Canonical JSON, the form in which The Update Framework signs documents: keys sorted, no blanks, and of all
//! characters only `"` and `\` escaped.

use serde_json::Value;

/// Writes `value` in canonical form. Numbers that are no integers have none, and give None.
pub(crate) fn write(value: &Value) -> Option<String> {
    let mut out = String::new();
    append(value, &mut out)?;
    Some(out)
}

fn append(value: &Value, out: &mut String) -> Option<()> {
    match value {
        Value::Null => out.push_str("null"),
        Value::Bool(flag) => out.push_str(if *flag { "true" } else { "false" }),
        Value::Number(number) if number.is_f64() => return None,
        Value::Number(number) => out.push_str(&number.to_string()),
        Value::String(text) => quote(text, out),
        Value::Array(items) => {
            out.push('[');
            for (at, item) in items.iter().enumerate() {
                separate(at, out);
                append(item, out)?;
            }
            out.push(']');
        }
        Value::Object(map) => {
            let mut entries: Vec<_> = map.iter().collect();
            entries.sort_by_key(|(key, _)| *key);
            out.push('{');
            for (at, (key, item)) in entries.into_iter().enumerate() {
                separate(at, out);
                quote(key, out);
                out.push(':');
                append(item, out)?;
            }
            out.push('}');
        }
    }
    Some(())
}

fn separate(at: usize, out: &mut String) {
    if at > 0 {
        out.push(',');
    }
}

fn quote(text: &str, out: &mut String) {
    out.push('"');
    for character in text.chars() {
        if matches!(character, '"' | '\\') {
            out.push('\\');
        }
        out.push(character);
    }
    out.push('"');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_sorted_and_blanks_left_out() {
        let value = serde_json::from_str(r#"{"b": [1, true, null], "a": {"y": "\"\\\n", "x": -2}}"#).unwrap();
        assert_eq!(write(&value).unwrap(), "{\"a\":{\"x\":-2,\"y\":\"\\\"\\\\\n\"},\"b\":[1,true,null]}");
    }

    #[test]
    fn fractions_have_no_canonical_form() {
        assert!(write(&serde_json::json!({ "a": [0.5] })).is_none());
    }
}
