//! Whether user input changed the structure of the statement that it ended up in.
//!
//! The input is looked for in the statement. Found inside one token (the text of a string, a number, a name) it is a
//! value, whatever it says. Found across tokens it is code that the user wrote. Three things blur that line:
//!
//! 1. *Input that the application's own text happens to repeat.* Somebody searches for "order by name", and the
//!    statement has an `ORDER BY name` of its own. From the statement alone the two cannot be told apart, so what could
//!    do no harm even if it was inserted is let pass: lists of names and numbers (`name, email`, `created DESC`), clauses
//!    that hold nothing else (`order by name`, `limit 10`, `is not null`), plain aggregates (`count(*)`), and text that
//!    begins the statement and yet is not all of it: an application that puts its own SQL *behind* a user's statement is
//!    rarer than a user who types `select * from users` into a search box.
//! 2. *Quotes.* A properly escaped quote is doubled (or has a backslash), so the input as sent is not found at all, but
//!    its escaped form is; both are looked for. An input's last quote and the application's closing quote look like a
//!    doubled one: then the statement ends inside a string, which no application writes.
//! 3. *Short input.* Of one or two characters nothing is said unless it leaves the statement open or comments the rest
//!    away; input without letters and digits has to do more than touch the quotes of two neighbouring strings.
//!
//! 4. *Input that was cut.* Of an input that is nowhere in the statement, the longest beginning and the longest end that
//!    are there count, if they have quotes, comments or operators in them.
//!
//! Every step is linear in the statement's length.

mod fragment;
mod needle;
mod text;

use std::cell::OnceCell;

use crate::{tokenize, Dialect, Kind, Tokens};
use fragment::Fragment;
pub use needle::Needle;
pub use text::Folded;

/// Bytes of the beginning or end of an input that are not there by chance.
const SHORTEST_PART: usize = 6;
/// Places at which such a part is looked at.
const MOST_PARTS: usize = 16;
/// Bytes of statements in which parts are looked for: the search takes several passes.
const LONGEST_CUT_INTO: usize = 16 * 1024;

/// Input that acts as SQL.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Injection {
    /// Where the input begins in the statement, in bytes.
    pub start: usize,
    /// Where it ends.
    pub end: usize,
    /// What it does there.
    pub reason: Reason,
}

/// How input changed a statement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// It ends a string or quoted name that the application began.
    ClosesString,
    /// It begins a string or quoted name that the application's text then ends, or nothing does.
    OpensString,
    /// It begins or ends a comment.
    Comment,
    /// It is several tokens.
    Tokens,
}

impl Reason {
    /// A word for reports.
    pub fn name(self) -> &'static str {
        match self {
            Reason::ClosesString => "closes_string",
            Reason::OpensString => "opens_string",
            Reason::Comment => "comment",
            Reason::Tokens => "tokens",
        }
    }
}

/// Tells whether `input` changed the structure of `sql`; for many inputs use [`Statement`].
///
/// ```
/// use vedette_sql::{injection, Dialect};
/// let sql = "SELECT * FROM users WHERE name = '' OR 1=1 --'";
/// assert!(injection(sql, "' OR 1=1 --", Dialect::Sqlite).is_some());
/// assert!(injection("SELECT * FROM users WHERE name = 'O''Brien'", "O'Brien", Dialect::Sqlite).is_none());
/// ```
pub fn injection(sql: &str, input: &str, dialect: Dialect) -> Option<Injection> {
    Statement::new(sql, dialect).injection(input)
}

/// A statement to be tried against many inputs; it is read into tokens when the first of them is found in it.
pub struct Statement<'a> {
    sql: &'a str,
    dialect: Dialect,
    text: OnceCell<Folded>,
    tokens: OnceCell<Tokens>,
}

impl<'a> Statement<'a> {
    /// Keeps the statement; reads nothing yet.
    pub fn new(sql: &'a str, dialect: Dialect) -> Self {
        Statement { sql, dialect, text: OnceCell::new(), tokens: OnceCell::new() }
    }

    /// Tells whether `input` changed its structure.
    pub fn injection(&self, input: &str) -> Option<Injection> {
        self.injection_of(&Needle::new(input))
    }

    /// The same for an input that was made ready before.
    pub fn injection_of(&self, needle: &Needle) -> Option<Injection> {
        if !needle.may_be_code() {
            return None;
        }
        let text = self.text.get_or_init(|| Folded::new(self.sql));
        let mut is_there = false;
        for form in needle.forms() {
            let mut all = text.occurrences(form).inspect(|_| is_there = true);
            if let Some(injection) = all.find_map(|(start, end)| self.judge(start, end)) {
                return Some(injection);
            }
        }
        if is_there || !needle.has_marks() || self.sql.len() > LONGEST_CUT_INTO {
            return None;
        }
        let parts = needle.forms().flat_map(|form| text.parts(form, SHORTEST_PART));
        parts.take(MOST_PARTS).find_map(|(start, end)| self.judge_part(start, end))
    }

    /// A part of an input is looked for only if all of it is nowhere; it has to bring marks of its own.
    fn judge_part(&self, start: usize, end: usize) -> Option<Injection> {
        let has_marks = self.sql.get(start..end)?.trim().bytes().any(needle::is_mark);
        has_marks.then(|| self.judge(start, end)).flatten()
    }

    fn judge(&self, start: usize, end: usize) -> Option<Injection> {
        let tokens = self.tokens.get_or_init(|| tokenize(self.sql, self.dialect));
        let first = tokens.partition_point(|token| token.end <= start);
        let behind = tokens.partition_point(|token| token.start < end);
        if first >= behind {
            return None;
        }
        let fragment = Fragment { sql: self.sql, tokens, first, last: behind - 1, start, end };
        let reason = if first + 1 == behind { fragment.within_one() } else { fragment.across_many() };
        reason.map(|reason| Injection { start, end, reason })
    }
}

fn is_comment(kind: Kind) -> bool {
    kind == Kind::Comment
}
