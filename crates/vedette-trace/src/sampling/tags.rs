//! A tag of a span as text, by its Datadog or OpenTelemetry name: what rules and filters compare with.

use std::borrow::Cow;

use vedette_model::{Key, Kind, Span, Value};
use vedette_wire::names;

/// The names under which a tag may be found on a span.
#[derive(Clone, Debug, PartialEq)]
pub struct TagName {
    keys: Vec<Key>,
    /// The tag is the span's kind, which is no attribute.
    kind: bool,
}

/// What a tag of a span holds.
#[derive(Debug, PartialEq)]
pub enum TagText<'s> {
    /// A text, or a number that is integral.
    Text(Cow<'s, str>),
    /// A number with a fraction, which only "any value" matches.
    Fraction(f64),
}

impl TagName {
    /// The tag with that Datadog or OpenTelemetry name.
    pub fn new(name: &str) -> TagName {
        let convention = names::from_datadog(name).map(|line| line.convention);
        TagName { keys: Key::new(name).into_iter().chain(convention).collect(), kind: name == "span.kind" }
    }

    /// The value on that span.
    pub fn of<'s>(&self, span: &'s Span) -> Option<TagText<'s>> {
        if self.kind && span.kind != Kind::Unspecified {
            return Some(TagText::Text(Cow::Borrowed(span.kind.name())));
        }
        self.keys.iter().find_map(|key| span.get(*key)).and_then(tag_text)
    }
}

/// Arrays have no text: on the wire each item is a tag of its own.
fn tag_text(value: &Value) -> Option<TagText<'_>> {
    Some(TagText::Text(match value {
        Value::Str(text) => Cow::Borrowed(text.as_str()),
        Value::Bool(true) => Cow::Borrowed("true"),
        Value::Bool(false) => Cow::Borrowed("false"),
        Value::Int(number) => Cow::Owned(number.to_string()),
        Value::Double(number) if number.fract() == 0.0 => Cow::Owned(format!("{number:.0}")),
        Value::Double(number) => return Some(TagText::Fraction(*number)),
        Value::Array(_) => return None,
    }))
}
