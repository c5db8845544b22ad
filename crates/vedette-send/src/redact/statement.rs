//! Statements of SQL and its relatives: literals become `?`.

use std::borrow::Cow;

use vedette_model::{keys, Span, Text, Value};
use vedette_sql::{obfuscate, Dialect};

/// Hides the literals of the resource and the statement of a database span.
pub(super) fn redact(span: &mut Span) {
    if !matches!(span.span_type.as_str(), "sql" | "cassandra") {
        return;
    }
    let dialect = Dialect::of(span.get_str(keys::DB_SYSTEM_NAME).unwrap_or_default());
    // A resource that repeats the statement is the usual case: read it once.
    let statement = span.get_str(keys::DB_QUERY_TEXT).map(Text::new);
    let same = statement.as_ref() == Some(&span.resource);
    replace(&mut span.resource, dialect);
    let Some(mut statement) = statement else { return };
    if same {
        statement = span.resource.clone();
    } else {
        replace(&mut statement, dialect);
    }
    if let Some((_, value)) = span.attributes.iter_mut().find(|(key, _)| *key == keys::DB_QUERY_TEXT) {
        *value = Value::Str(statement);
    }
}

fn replace(text: &mut Text, dialect: Dialect) {
    if is_name(text) {
        return;
    }
    if let Cow::Owned(hidden) = obfuscate(text, dialect) {
        *text = hidden.into();
    }
}

/// Whether it names an operation, such as `sqlite.connection.commit`, rather than being a statement.
fn is_name(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_alphabetic() || byte == b'_' || byte == b'.')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn redacted(resource: &str, statement: Option<&str>) -> Span {
        let mut span = Span { span_type: "sql".into(), resource: resource.into(), ..Span::default() };
        span.set(keys::DB_SYSTEM_NAME, "postgresql");
        if let Some(statement) = statement {
            span.set(keys::DB_QUERY_TEXT, statement);
        }
        redact(&mut span);
        span
    }

    #[test]
    fn literals_leave_resource_and_statement() {
        let sql = "SELECT * FROM users WHERE name='bob' AND age > 41";
        for span in [redacted(sql, Some(sql)), redacted("SELECT users", Some(sql)), redacted(sql, None)] {
            let texts = [span.resource.as_str(), span.get_str(keys::DB_QUERY_TEXT).unwrap_or("")];
            for text in texts {
                assert!(!text.contains("bob") && !text.contains("41"), "{text}");
            }
            assert!(texts.iter().any(|text| text.contains("WHERE name = ? AND age > ?")), "{texts:?}");
        }
    }

    #[test]
    fn names_of_operations_and_other_spans_stay() {
        assert_eq!(redacted("sqlite.connection.commit", None).resource, "sqlite.connection.commit");
        let mut web = Span { span_type: "web".into(), resource: "GET /1".into(), ..Span::default() };
        redact(&mut web);
        assert_eq!(web.resource, "GET /1");
    }
}
