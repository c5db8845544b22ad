//! The attributes of a span as OTLP tells them.

use std::borrow::Cow;

use vedette_model::{keys, Array, Key, Kind, Span, Value};

use super::{conventions, url};
use crate::statement::{is_sql, Statements};

/// A value without its owner.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Told<'a> {
    Text(&'a str),
    Truth(bool),
    Whole(i64),
    Double(f64),
    List(&'a Array),
}

impl<'a> From<&'a Value> for Told<'a> {
    fn from(value: &'a Value) -> Self {
        match value {
            Value::Str(text) => Told::Text(text),
            Value::Bool(truth) => Told::Truth(*truth),
            Value::Int(number) => Told::Whole(*number),
            Value::Double(number) => Told::Double(*number),
            Value::Array(array) => Told::List(array),
        }
    }
}

/// Tells all attributes of the span that is called `name`.
pub(super) fn tell<'a>(
    span: &'a Span,
    name: &str,
    statements: &mut Statements<'a>,
    sink: &mut impl FnMut(&str, Told),
) {
    tell_overrides(span, name, sink);
    if span.kind == Kind::Server {
        tell_url(span, sink);
    }
    if is_sql(span) && span.get(keys::DB_QUERY_TEXT).is_none() {
        sink(keys::DB_QUERY_TEXT.name(), Told::Text(&statements.of(span).text));
    }
    if matches!(span.kind, Kind::Client | Kind::Producer) && !span.service.is_empty() {
        sink(keys::PEER_SERVICE.name(), Told::Text(&span.service));
    }
    tell_error_type(span, sink);
    for (key, value) in &span.attributes {
        if !stays_behind(*key, span) {
            tell_attribute(*key, value, sink);
        }
    }
}

fn tell_attribute(key: Key, value: &Value, sink: &mut impl FnMut(&str, Told)) {
    match (header(key.name()), value) {
        (Some(name), Value::Str(text)) => sink(&name, Told::List(&Array::Str([text.clone()].into()))),
        _ => sink(key.name(), Told::from(value)),
    }
}

/// The convention's name of an attribute that holds a header: `http.request.header.<name>`, a list of values.
fn header(name: &str) -> Option<String> {
    let (side, header) = name.strip_prefix("http.")?.split_once(".headers.")?;
    matches!(side, "request" | "response").then(|| format!("http.{side}.header.{header}"))
}

/// Tells what a receiver could not conclude from the rest.
fn tell_overrides(span: &Span, name: &str, sink: &mut impl FnMut(&str, Told)) {
    if span.name != name {
        sink(keys::OPERATION_NAME.name(), Told::Text(&span.name));
    }
    // The resource of a SQL span is its statement, which goes without values as db.query.text.
    if !is_sql(span) && span.resource_or_name() != name {
        sink(keys::RESOURCE_NAME.name(), Told::Text(span.resource_or_name()));
    }
    if !span.span_type.is_empty() && span.span_type != conventions::span_type(span) {
        sink(keys::SPAN_TYPE.name(), Told::Text(&span.span_type));
    }
}

/// Server spans have the URL in parts.
fn tell_url(span: &Span, sink: &mut impl FnMut(&str, Told)) {
    let Some(parts) = span.get_str(keys::URL_FULL).and_then(url::split) else { return };
    let texts = [
        (keys::URL_SCHEME, parts.scheme),
        (keys::URL_PATH, parts.path),
        (keys::URL_QUERY, parts.query),
        (keys::SERVER_ADDRESS, parts.host),
    ];
    for (key, text) in texts.into_iter().filter(|(key, text)| !text.is_empty() && span.get(*key).is_none()) {
        sink(key.name(), Told::Text(text));
    }
    if let (Some(port), None) = (parts.port, span.get(keys::SERVER_PORT)) {
        sink(keys::SERVER_PORT.name(), Told::Whole(port));
    }
}

/// `error.type`: the class of the exception, or the HTTP status where nothing was raised.
fn tell_error_type(span: &Span, sink: &mut impl FnMut(&str, Told)) {
    if span.get(keys::ERROR_TYPE).is_some() {
        return;
    }
    let failure = span.extras.as_ref().and_then(|extras| extras.failure.as_ref());
    let raised = failure.map(|failure| Cow::Borrowed(failure.kind.as_str())).filter(|kind| !kind.is_empty());
    let answered = || match (span.error, span.get(keys::HTTP_RESPONSE_STATUS_CODE)) {
        (true, Some(Value::Int(code))) => Some(Cow::Owned(code.to_string())),
        _ => None,
    };
    if let Some(kind) = raised.or_else(answered) {
        sink(keys::ERROR_TYPE.name(), Told::Text(&kind));
    }
}

/// Whether the attribute is Datadog's alone, or told in another way.
fn stays_behind(key: Key, span: &Span) -> bool {
    const DATADOG: [Key; 9] = [
        keys::COMPONENT,
        keys::SPAN_KIND,
        keys::LANGUAGE,
        keys::RUNTIME_ID,
        keys::PROCESS_ID,
        keys::MANUAL_KEEP,
        keys::MANUAL_DROP,
        keys::OPERATION_NAME,
        keys::RESOURCE_NAME,
    ];
    let in_parts = || key == keys::URL_FULL && span.kind == Kind::Server;
    (key.index().is_some() && (DATADOG.contains(&key) || in_parts())) || key.name().starts_with("_dd.")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_are_lists_by_the_conventions_name() {
        let mut span = Span { kind: Kind::Server, ..Span::default() };
        for name in ["http.request.headers.x-tenant", "http.other.headers.a", "http.request.headers"] {
            span.set(Key::new(name).unwrap(), "acme");
        }
        let mut told = Vec::new();
        tell(&span, "", &mut Statements::new(), &mut |name, value| told.push(format!("{name}={value:?}")));
        assert_eq!(told[0], r#"http.request.header.x-tenant=List(Str(["acme"]))"#);
        assert_eq!(told[1], r#"http.other.headers.a=Text("acme")"#);
        assert_eq!(told[2], r#"http.request.headers=Text("acme")"#);
    }
}
