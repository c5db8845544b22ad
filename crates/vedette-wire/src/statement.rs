//! What a SQL statement looks like to others: without its values.

use std::borrow::Cow;
use std::rc::Rc;

use foldhash::{HashMap, HashMapExt};
use vedette_model::{keys, Span};
use vedette_sql::Dialect;

/// Whether the resource of the span is a SQL statement.
pub(crate) fn is_sql(span: &Span) -> bool {
    span.span_type == "sql" && !span.resource.is_empty()
}

/// A statement that belongs to the span, with its values replaced by `?`.
pub(crate) fn obfuscated<'a>(span: &Span, statement: &'a str) -> Cow<'a, str> {
    vedette_sql::obfuscate(statement, dialect(span))
}

fn dialect(span: &Span) -> Dialect {
    span.get_str(keys::DB_SYSTEM_NAME).map_or(Dialect::Generic, Dialect::of)
}

/// What is told of a statement.
pub(crate) struct Statement {
    /// The statement with its values replaced by `?`.
    pub text: String,
    /// What it does, in a few words.
    pub summary: String,
}

/// Statements met in one payload. Applications repeat few statements many times, and reading one takes longer than
/// writing the rest of its span.
pub(crate) struct Statements<'a>(HashMap<(&'a str, Dialect), Rc<Statement>>);

impl<'a> Statements<'a> {
    pub fn new() -> Self {
        Statements(HashMap::new())
    }

    /// What is told of the statement of a SQL span.
    pub fn of(&mut self, span: &'a Span) -> Rc<Statement> {
        let dialect = dialect(span);
        let known = self.0.entry((&span.resource, dialect));
        let read = || Statement {
            text: vedette_sql::obfuscate(&span.resource, dialect).into_owned(),
            summary: vedette_sql::summary(&span.resource, dialect),
        };
        Rc::clone(known.or_insert_with(|| Rc::new(read())))
    }
}
