//! The tokenizer: one pass over the bytes, each looked at a constant number of times.
//!
//! Rules follow the lexical chapters of the manuals: PostgreSQL "Lexical Structure", MySQL "Language
//! Structure", SQLite `tokenize.c`'s documented behaviour, and ISO/IEC 9075 for the rest.
//! All delimiters are ASCII, and bytes from 0x80 on belong to names, so tokens end on character borders.

mod operator;
mod placeholder;
mod quoted;

use crate::{Dialect, Kind, Token, Tokens};

/// Reads all of `sql`.
pub fn tokenize(sql: &str, dialect: Dialect) -> Tokens {
    Tokens(Scanner::new(sql, dialect).collect())
}

/// Reads a statement token by token.
pub struct Scanner<'a> {
    bytes: &'a [u8],
    at: usize,
    dialect: Dialect,
}

/// What was read: its kind, and whether its closing mark was found.
type Read = (Kind, bool);

impl<'a> Scanner<'a> {
    /// A scanner at the start of `sql`.
    pub fn new(sql: &'a str, dialect: Dialect) -> Self {
        Scanner { bytes: sql.as_bytes(), at: 0, dialect }
    }

    /// The byte `ahead` of the current one; 0 behind the end, which no rule below takes for a mark.
    fn peek(&self, ahead: usize) -> u8 {
        self.bytes.get(self.at + ahead).copied().unwrap_or(0)
    }

    fn take_while(&mut self, wanted: impl Fn(u8) -> bool) {
        while self.at < self.bytes.len() && wanted(self.bytes[self.at]) {
            self.at += 1;
        }
    }

    fn one(&mut self, kind: Kind) -> Read {
        self.at += 1;
        (kind, true)
    }

    fn scan(&mut self) -> Read {
        let dialect = self.dialect;
        match (self.peek(0), self.peek(1)) {
            (b'\'', _) => self.quoted(0, b'\'', dialect.backslash_escapes(), Kind::String),
            (b'"', _) if dialect.double_quotes_are_strings() => self.quoted(0, b'"', true, Kind::String),
            (b'"', _) => self.quoted(0, b'"', false, Kind::QuotedIdentifier),
            (b'`', _) if dialect.backticks() => self.quoted(0, b'`', false, Kind::QuotedIdentifier),
            (b'[', _) if dialect.bracket_identifiers() => self.bracketed(),
            (b'-', b'-') if self.dashes_comment() => self.line_comment(),
            (b'#', _) if dialect.hash_comments() => self.line_comment(),
            (b'/', b'*') => self.block_comment(),
            (b'0'..=b'9', _) | (b'.', b'0'..=b'9') => self.number(),
            (first, _) if starts_name(first) => self.word(),
            (b'$' | b'?' | b':' | b'@' | b'%', _) => self.placeholder().unwrap_or_else(|| self.operator()),
            (b'(' | b')' | b'[' | b']' | b'{' | b'}' | b',' | b';' | b'.', _) => self.one(Kind::Punctuation),
            _ => self.operator(),
        }
    }

    fn word(&mut self) -> Read {
        let start = self.at;
        self.take_while(continues_name);
        let prefix = &self.bytes[start..self.at];
        match (self.peek(0), self.peek(1)) {
            (b'\'', _) => match self.dialect.string_prefix(prefix) {
                Some(escapes) => self.quoted(0, b'\'', escapes, Kind::String),
                None => (Kind::Word, true),
            },
            (b'&', quote @ (b'\'' | b'"')) if self.dialect == Dialect::Postgresql && is_u(prefix) => {
                let kind = if quote == b'"' { Kind::QuotedIdentifier } else { Kind::String };
                self.quoted(1, quote, false, kind)
            }
            _ => (Kind::Word, true),
        }
    }

    fn number(&mut self) -> Read {
        let start = self.at;
        let radix = self.peek(1) | 0x20;
        if self.peek(0) == b'0' && matches!(radix, b'x' | b'b' | b'o') && is_digit_of(radix, self.peek(2)) {
            self.at += 2;
            self.take_while(|byte| is_digit_of(radix, byte) || byte == b'_');
        } else {
            self.decimal();
        }
        self.number_with_letters(start)
    }

    fn decimal(&mut self) {
        let digits = |byte: u8| byte.is_ascii_digit() || byte == b'_';
        self.take_while(digits);
        if self.peek(0) == b'.' {
            self.at += 1;
            self.take_while(digits);
        }
        let sign = usize::from(matches!(self.peek(1), b'+' | b'-'));
        if self.peek(0) | 0x20 == b'e' && self.peek(1 + sign).is_ascii_digit() {
            self.at += 1 + sign;
            self.take_while(digits);
        }
    }

    /// `1abc`: a name for MySQL, one bad number for SQLite, two tokens for the others.
    fn number_with_letters(&mut self, start: usize) -> Read {
        if !starts_name(self.peek(0)) {
            return (Kind::Number, true);
        }
        match self.dialect {
            Dialect::Mysql if self.bytes[start..self.at].iter().all(u8::is_ascii_alphanumeric) => {
                self.take_while(continues_name);
                (Kind::Word, true)
            }
            Dialect::Sqlite => {
                self.take_while(continues_name);
                (Kind::Number, true)
            }
            _ => (Kind::Number, true),
        }
    }
}

impl Iterator for Scanner<'_> {
    type Item = Token;

    fn next(&mut self) -> Option<Token> {
        self.take_while(is_blank);
        let start = self.at;
        if start >= self.bytes.len() {
            return None;
        }
        let (kind, closed) = self.scan();
        Some(Token { kind, start, end: self.at, closed })
    }
}

/// Whitespace of SQL. Other blanks of Unicode are letters to every database here.
pub(crate) fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r' | 0x0b | 0x0c)
}

pub(crate) fn starts_name(byte: u8) -> bool {
    byte.is_ascii_alphabetic() || byte == b'_' || byte >= 0x80
}

pub(crate) fn continues_name(byte: u8) -> bool {
    starts_name(byte) || byte.is_ascii_digit() || byte == b'$'
}

fn is_u(prefix: &[u8]) -> bool {
    matches!(prefix, b"u" | b"U")
}

fn is_digit_of(radix: u8, byte: u8) -> bool {
    match radix {
        b'x' => byte.is_ascii_hexdigit(),
        b'o' => (b'0'..=b'7').contains(&byte),
        _ => matches!(byte, b'0' | b'1'),
    }
}
