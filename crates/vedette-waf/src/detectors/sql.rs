//! `sqli_detector`: an input of the request changes the structure of an SQL statement about to be executed.
//!
//! Detects: input found across the tokens of the statement ([`vedette_sql::Statement`] says when that is one).
//! Why it matters: the statement does what the client wrote, not what the application meant.
//! Example: `' OR 1=1 --` within `... WHERE name = '' OR 1=1 --'`.
//! Limits: an unescaped `O'Brien` breaks the statement and is reported as well.
//! References: CWE-89.

use vedette_sql::{Dialect, Needle, Statement};

use super::{part, Reading};
use crate::data::Data;

struct Sql<'s> {
    text: &'s str,
    statement: Statement<'s>,
}

/// A statement, of the database that `context` names (`db.system.name`).
pub(super) fn read<'s>(sink: &'s Data, context: &str) -> Option<Box<dyn Reading + 's>> {
    let Data::Str(text) = sink else { return None };
    Some(Box::new(Sql { text, statement: Statement::new(text, Dialect::of(context)) }))
}

impl Reading for Sql<'_> {
    fn injection(&self, input: &Needle) -> Option<String> {
        self.statement.injection_of(input).map(|found| part(self.text, found.start, found.end))
    }
}
