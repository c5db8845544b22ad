//! What protection found in a span: how the span holds it, for all formats.

use vedette_model::limits::count_cut;
use vedette_model::{Event, Extras, Limits, Span};

use crate::msgpack;

/// The span event that tells of one finding, with the attributes that docs/findings.md lists: OTLP's form.
pub const EVENT: &str = "security.finding";
/// The structure that holds all findings of the span: Datadog's form.
pub const STRUCTURE: &str = "appsec";
/// Levels of nesting of a structure that are told as text.
const DEPTH: usize = 32;

/// The findings as JSON text (`_dd.appsec.json`); None if there are none. Agents cut texts, which would make it
/// unreadable: of what is longer the last findings are left out, and counted.
pub fn text(extras: &Extras) -> Option<String> {
    let (_, packed) = extras.structures.iter().find(|(name, _)| name == STRUCTURE)?;
    let mut json = msgpack::json::value(packed, DEPTH).ok()?;
    let mut text = json.to_string();
    while text.len() > Limits::DEFAULT.text {
        count_cut();
        json.get_mut("triggers")?.as_array_mut()?.pop()?;
        text = json.to_string();
    }
    Some(text)
}

/// The findings of a span, as events.
pub fn events(span: &Span) -> impl Iterator<Item = &Event> {
    let events = span.extras.as_deref().map_or(&[][..], |extras| &extras.events);
    events.iter().filter(|event| event.name == EVENT)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{json, Value};

    fn holding(json: &Value) -> Extras {
        let mut packed = Vec::new();
        msgpack::json::write(&mut packed, json);
        Extras { structures: vec![(STRUCTURE.into(), packed)], ..Extras::default() }
    }

    #[test]
    fn a_text_stays_readable_however_much_was_found() {
        let trigger = json!({"rule": {"id": "r"}, "value": "\u{1F600}\"<".repeat(400)});
        let many = holding(&json!({"triggers": vec![trigger; 50]}));
        let told = text(&many).unwrap();
        assert!(told.len() <= Limits::DEFAULT.text);
        let told: Value = serde_json::from_str(&told).unwrap();
        assert!(told["triggers"].as_array().unwrap().len() > 3);
    }

    #[test]
    fn what_can_not_be_told_is_left_out() {
        let huge = holding(&json!({"triggers": [{"value": "x".repeat(100_000)}]}));
        assert_eq!(text(&huge).as_deref(), Some(r#"{"triggers":[]}"#));
        for odd in [
            json!("x".repeat(100_000)),
            json!({"triggers": "x".repeat(100_000)}),
            json!(["x".repeat(100_000)]),
        ] {
            assert_eq!(text(&holding(&odd)), None);
        }
        let broken = Extras { structures: vec![(STRUCTURE.into(), vec![0xc1, 0xff])], ..Extras::default() };
        assert_eq!((text(&broken), text(&Extras::default())), (None, None));
    }
}
