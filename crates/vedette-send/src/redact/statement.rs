//! Statements of SQL and its relatives: literals become `?`.

use std::borrow::Cow;

use vedette_model::{keys, Key, Span, Text, Value};
use vedette_sql::{obfuscate, Dialect};

/// Attributes that hold a statement: the conventional one, and its name in earlier conventions.
pub(super) struct Names {
    older: Option<Key>,
}

impl Names {
    pub fn new() -> Names {
        Names { older: Key::new("db.statement") }
    }

    /// Hides the literals of the resource and the statement of a database span.
    pub fn redact(&self, span: &mut Span) {
        let system = span.get_str(keys::DB_SYSTEM_NAME).unwrap_or_default();
        let dialect = Dialect::of(system);
        let by_type = matches!(span.span_type.as_str(), "sql" | "cassandra");
        if !(by_type || dialect != Dialect::Generic || speaks_sql(system)) {
            return;
        }
        let before = by_type.then(|| span.resource.clone());
        if by_type {
            replace(&mut span.resource, dialect);
        }
        let holds_statement = |key: Key| key == keys::DB_QUERY_TEXT || Some(key) == self.older;
        for (_, value) in span.attributes.iter_mut().filter(|(key, _)| holds_statement(*key)) {
            match value {
                // A statement that repeats the resource is the usual case: read it once.
                Value::Str(text) if Some(&*text) == before.as_ref() => text.clone_from(&span.resource),
                Value::Str(text) => replace(text, dialect),
                _ => {}
            }
        }
    }
}

/// Whether a database that has no dialect of its own here is asked in SQL or something close to it.
fn speaks_sql(system: &str) -> bool {
    const SYSTEMS: [&str; 12] = [
        "cassandra",
        "clickhouse",
        "db2",
        "hive",
        "ibm.db2",
        "microsoft.sql_server",
        "mssql",
        "oracle",
        "oracle.db",
        "other_sql",
        "snowflake",
        "trino",
    ];
    SYSTEMS.contains(&system)
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
        Names::new().redact(&mut span);
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
        Names::new().redact(&mut web);
        assert_eq!(web.resource, "GET /1");
    }

    #[test]
    fn spans_of_other_makers_are_known_by_their_system() {
        let older = Key::new("db.statement").unwrap();
        for (system, hidden) in [("postgresql", true), ("other_sql", true), ("mongodb", false), ("", false)] {
            let mut span = Span { resource: "shop 1".into(), ..Span::default() };
            span.set(keys::DB_SYSTEM_NAME, system);
            span.set(older, "SELECT 42");
            Names::new().redact(&mut span);
            assert_eq!(span.get_str(older) == Some("SELECT ?"), hidden, "{system}");
            assert_eq!(span.resource, "shop 1");
        }
    }
}
