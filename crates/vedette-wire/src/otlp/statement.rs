//! What a SQL statement looks like to others: without its values.

use std::borrow::Cow;

use vedette_model::{keys, Span};
use vedette_sql::Dialect;

/// Whether the resource of the span is a SQL statement.
pub(crate) fn is_sql(span: &Span) -> bool {
    span.span_type == "sql" && !span.resource.is_empty()
}

/// The statement of a SQL span with its values replaced by `?`.
pub(crate) fn obfuscated(span: &Span) -> Cow<'_, str> {
    vedette_sql::obfuscate(&span.resource, dialect(span))
}

/// What the statement of a SQL span does, in a few words.
pub(super) fn summary(span: &Span) -> String {
    vedette_sql::summary(&span.resource, dialect(span))
}

fn dialect(span: &Span) -> Dialect {
    span.get_str(keys::DB_SYSTEM_NAME).map_or(Dialect::Generic, Dialect::of)
}
