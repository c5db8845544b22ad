//! How spans are named and told apart by OpenTelemetry's conventions.

use std::borrow::Cow;

use vedette_model::{keys, Kind, Span};

use crate::statement::{is_sql, Statements};

/// The name of a span by the convention of what it does; its resource where there is none.
pub(super) fn name<'a>(span: &'a Span, statements: &mut Statements<'a>) -> Cow<'a, str> {
    http_name(span)
        .or_else(|| database_name(span, statements))
        .or_else(|| messaging_name(span))
        .unwrap_or_else(|| span.resource_or_name().into())
}

fn http_name(span: &Span) -> Option<Cow<'_, str>> {
    let method = span.get_str(keys::HTTP_REQUEST_METHOD)?;
    match (span.kind, span.get_str(keys::HTTP_ROUTE)) {
        (Kind::Server, Some(route)) => Some(format!("{method} {route}").into()),
        (Kind::Server | Kind::Client, _) => Some(method.into()),
        _ => None,
    }
}

fn database_name<'a>(span: &'a Span, statements: &mut Statements<'a>) -> Option<Cow<'a, str>> {
    span.get(keys::DB_SYSTEM_NAME)?;
    if let Some(summary) = span.get_str(keys::DB_QUERY_SUMMARY) {
        return Some(summary.into());
    }
    if is_sql(span) {
        return Some(statements.of(span).summary.clone().into()).filter(|name: &Cow<str>| !name.is_empty());
    }
    let operation = span.get_str(keys::DB_OPERATION_NAME)?;
    Some(match span.get_str(keys::DB_COLLECTION_NAME) {
        Some(collection) => format!("{operation} {collection}").into(),
        None => operation.into(),
    })
}

fn messaging_name(span: &Span) -> Option<Cow<'_, str>> {
    span.get(keys::MESSAGING_SYSTEM)?;
    let named = span.get_str(keys::MESSAGING_OPERATION_NAME);
    let operation = named.or_else(|| span.get_str(keys::MESSAGING_OPERATION_TYPE))?;
    Some(match span.get_str(keys::MESSAGING_DESTINATION_NAME) {
        Some(destination) => format!("{operation} {destination}").into(),
        None => operation.into(),
    })
}

/// The Datadog span type that follows from kind and attributes; empty for none.
pub(super) fn span_type(span: &Span) -> &'static str {
    let has = |key| span.get(key).is_some();
    match span.kind {
        Kind::Server if has(keys::HTTP_REQUEST_METHOD) => "web",
        Kind::Client if has(keys::DB_SYSTEM_NAME) => store_type(span),
        Kind::Client if has(keys::HTTP_REQUEST_METHOD) => "http",
        Kind::Producer | Kind::Consumer if has(keys::MESSAGING_SYSTEM) => "queue",
        _ => "",
    }
}

fn store_type(span: &Span) -> &'static str {
    match span.get_str(keys::DB_SYSTEM_NAME).unwrap_or_default() {
        "redis" => "redis",
        "memcached" => "memcached",
        "mongodb" => "mongodb",
        "cassandra" => "cassandra",
        "elasticsearch" | "opensearch" => "elasticsearch",
        "aws.dynamodb" => "http",
        _ => "sql",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn span(kind: Kind, attributes: &[(vedette_model::Key, &str)]) -> Span {
        let mut span = Span { kind, name: "op".into(), resource: "res".into(), ..Span::default() };
        attributes.iter().for_each(|(key, value)| span.set(*key, *value));
        span
    }

    fn named(span: &Span) -> String {
        name(span, &mut Statements::new()).into_owned()
    }

    #[test]
    fn http_spans_are_named_by_method_and_route() {
        let attributes = [(keys::HTTP_REQUEST_METHOD, "GET"), (keys::HTTP_ROUTE, "/a/<id>")];
        assert_eq!(named(&span(Kind::Server, &attributes)), "GET /a/<id>");
        assert_eq!(named(&span(Kind::Server, &attributes[..1])), "GET");
        assert_eq!(named(&span(Kind::Client, &attributes)), "GET");
        assert_eq!(named(&span(Kind::Internal, &attributes)), "res");
    }

    #[test]
    fn sql_spans_are_named_by_their_summary() {
        let mut query = span(Kind::Client, &[(keys::DB_SYSTEM_NAME, "sqlite")]);
        query.span_type = "sql".into();
        query.resource = "select * from users where name = 'secret'".into();
        assert_eq!(named(&query), "select users");
        query.set(keys::DB_QUERY_SUMMARY, "SELECT users");
        assert_eq!(named(&query), "SELECT users");
    }

    #[test]
    fn messaging_spans_are_named_by_operation_and_destination() {
        let attributes = [
            (keys::MESSAGING_SYSTEM, "kafka"),
            (keys::MESSAGING_OPERATION_TYPE, "process"),
            (keys::MESSAGING_DESTINATION_NAME, "orders"),
        ];
        assert_eq!(named(&span(Kind::Consumer, &attributes)), "process orders");
    }
}
