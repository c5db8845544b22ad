//! What a statement is made of.

use std::ops::{Deref, Range};

/// The kind of a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// A keyword or a bare name; [`is_keyword`](crate::is_keyword) tells them apart.
    Word,
    /// A name in quotes, backticks or brackets.
    QuotedIdentifier,
    /// A string, blob or dollar-quoted literal, with its prefix and quotes.
    String,
    /// A number in any notation.
    Number,
    /// A value to be bound: `?`, `?1`, `%s`, `%(name)s`, `:name`, `$1`, `@name`.
    Placeholder,
    /// A variable of the server: `@@version`.
    Variable,
    /// An operator, of one to three characters.
    Operator,
    /// One of `( ) [ ] { } , ; .`
    Punctuation,
    /// A comment with its marks.
    Comment,
    /// Anything else, one character at a time.
    Other,
}

/// A piece of a statement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Token {
    /// What it is.
    pub kind: Kind,
    /// Offset of its first byte.
    pub start: usize,
    /// Offset behind its last byte.
    pub end: usize,
    /// False for a string, quoted name or block comment that the statement ends within.
    pub closed: bool,
}

impl Token {
    /// Its bytes in the statement.
    pub fn range(&self) -> Range<usize> {
        self.start..self.end
    }

    /// Its text; empty if `sql` is not the statement it was read from.
    pub fn text<'a>(&self, sql: &'a str) -> &'a str {
        sql.get(self.range()).unwrap_or("")
    }

    /// Whether it is quoted: a string or a quoted name.
    pub fn is_quoted(&self) -> bool {
        matches!(self.kind, Kind::String | Kind::QuotedIdentifier)
    }

    /// The bytes between the quotes of a quoted token; the whole range of others.
    pub fn content(&self, sql: &str) -> Range<usize> {
        if !self.is_quoted() {
            return self.range();
        }
        let open = opening(self.text(sql));
        let start = (self.start + open).min(self.end);
        // Both ends of a dollar-quoted string are `$tag$`; all other closing quotes are one byte.
        let close = if self.text(sql).starts_with('$') { open } else { 1 };
        let end = if self.closed { self.end.saturating_sub(close) } else { self.end };
        start..end.max(start)
    }
}

/// Bytes up to and including the opening quote.
fn opening(text: &str) -> usize {
    if let Some(rest) = text.strip_prefix('$') {
        return rest.find('$').map_or(1, |at| at + 2);
    }
    text.find(['\'', '"', '`', '[']).map_or(0, |at| at + 1)
}

/// The tokens of a statement in order, whitespace left out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tokens(pub(crate) Vec<Token>);

impl Tokens {
    /// Whether the statement ends inside a string, quoted name or block comment.
    pub fn ends_open(&self) -> bool {
        self.0.last().is_some_and(|token| !token.closed)
    }
}

impl Deref for Tokens {
    type Target = [Token];
    fn deref(&self) -> &[Token] {
        &self.0
    }
}
