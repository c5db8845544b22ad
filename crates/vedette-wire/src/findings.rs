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
        json["triggers"].as_array_mut()?.pop()?;
        text = json.to_string();
    }
    Some(text)
}

/// The findings of a span, as events.
pub fn events(span: &Span) -> impl Iterator<Item = &Event> {
    let events = span.extras.as_deref().map_or(&[][..], |extras| &extras.events);
    events.iter().filter(|event| event.name == EVENT)
}
