//! What a statement does, in a few words: OpenTelemetry's `db.operation.name` and `db.query.summary`.

use std::iter::Peekable;

use crate::words::one_of;
use crate::{Dialect, Kind, Scanner, Token};

/// Longest summary in bytes; the convention asks for 255 characters at most.
const LONGEST: usize = 255;
/// Tokens looked at; a statement that has said nothing new by then is a list of values.
const MOST_TOKENS: usize = 4_096;

/// Verbs that start a statement wherever they stand.
const VERBS: &[&str] =
    &["CALL", "DELETE", "EXEC", "EXECUTE", "INSERT", "MERGE", "REPLACE", "SELECT", "UPDATE", "UPSERT"];
/// Verbs of definitions, which name the kind of thing they act on.
const DEFINING: &[&str] = &["ALTER", "CREATE", "DROP", "TRUNCATE"];
const THINGS: &[&str] = &[
    "DATABASE",
    "FUNCTION",
    "INDEX",
    "PROCEDURE",
    "ROLE",
    "SCHEMA",
    "SEQUENCE",
    "TABLE",
    "TRIGGER",
    "TYPE",
    "USER",
    "VIEW",
];
/// Words between a definition's verb and what it acts on.
const BETWEEN: &[&str] = &[
    "CONCURRENTLY",
    "EXISTS",
    "IF",
    "MATERIALIZED",
    "NOT",
    "OR",
    "REPLACE",
    "TEMP",
    "TEMPORARY",
    "UNIQUE",
    "UNLOGGED",
];
/// Words behind which a target stands.
const BEFORE_TARGET: &[&str] = &["FROM", "INTO", "JOIN", "USING"];
/// Words that may stand between a verb and its target.
const SKIPPED: &[&str] = &["IGNORE", "LATERAL", "LOW_PRIORITY", "ONLY", "QUICK"];

/// The verb of the statement as it is written, such as `SELECT`; empty if there is none.
/// Of `WITH ... AS (...) INSERT ...` it is `INSERT`.
pub fn operation(sql: &str) -> &str {
    let mut tokens =
        Scanner::new(sql, Dialect::Generic).filter(|token| token.kind != Kind::Comment).take(MOST_TOKENS);
    let Some(first) = tokens.find(|token| token.text(sql) != "(") else { return "" };
    let word = if first.kind == Kind::Word { first.text(sql) } else { "" };
    if !word.eq_ignore_ascii_case("with") {
        return word;
    }
    let mut depth = 0usize;
    for token in tokens {
        match token.text(sql) {
            "(" => depth += 1,
            ")" => depth = depth.saturating_sub(1),
            text if depth == 0 && one_of(text, VERBS) => return text,
            _ => {}
        }
    }
    word
}

/// Operations and their targets in the order of the statement: `SELECT users`, `INSERT archive SELECT orders`.
/// Written as in the statement; at most 255 bytes, cut between words.
pub fn summary(sql: &str, dialect: Dialect) -> String {
    let tokens = Scanner::new(sql, dialect).filter(|token| token.kind != Kind::Comment).take(MOST_TOKENS);
    let mut reader =
        Reader { sql, tokens: tokens.peekable(), out: String::new(), nested: Vec::new(), full: false };
    reader.run();
    if reader.out.is_empty() {
        reader.add(operation(sql));
    }
    reader.out
}

struct Reader<'a, I: Iterator<Item = Token>> {
    sql: &'a str,
    tokens: Peekable<I>,
    out: String,
    /// For each open parenthesis, whether a query stands in it: `FROM` in `EXTRACT(DAY FROM d)` names no table.
    nested: Vec<bool>,
    full: bool,
}

impl<'a, I: Iterator<Item = Token>> Reader<'a, I> {
    fn run(&mut self) {
        let mut previous = "";
        while let Some(token) = self.tokens.next() {
            if self.full {
                return;
            }
            let text = token.text(self.sql);
            match (token.kind, text) {
                (Kind::Punctuation, "(") => self.open(),
                (Kind::Punctuation, ")") => drop(self.nested.pop()),
                (Kind::Word, _) => self.word(text, previous),
                _ => {}
            }
            previous = text;
        }
    }

    fn open(&mut self) {
        let is_query = self
            .peek_word()
            .is_some_and(|word| ["select", "with", "values"].iter().any(|w| word.eq_ignore_ascii_case(w)));
        self.nested.push(is_query);
    }

    fn word(&mut self, word: &str, previous: &str) {
        if one_of(word, DEFINING) && self.out.is_empty() {
            self.definition(word);
        } else if one_of(word, VERBS) && !self.is_clause(word, previous) {
            self.verb(word);
        } else if one_of(word, BEFORE_TARGET) && self.in_query() && !previous.eq_ignore_ascii_case("distinct")
        {
            self.targets(word.eq_ignore_ascii_case("from"));
        }
    }

    fn in_query(&self) -> bool {
        self.nested.last().copied().unwrap_or(true) && !self.out.is_empty()
    }

    /// `FOR UPDATE`, `ON DELETE`, `DO UPDATE`, `KEY UPDATE`, and functions such as `replace(...)`.
    fn is_clause(&mut self, word: &str, previous: &str) -> bool {
        let after =
            ["for", "on", "or", "do", "key", "then", "."].iter().any(|w| previous.eq_ignore_ascii_case(w));
        let called = !word.eq_ignore_ascii_case("select") && self.peek_text() == Some("(");
        after || called
    }

    fn verb(&mut self, word: &str) {
        self.add(word);
        let names_target = ["update", "call", "exec", "execute", "replace", "merge"]
            .iter()
            .any(|w| word.eq_ignore_ascii_case(w));
        if names_target && !self.peek_word().is_some_and(|next| one_of(next, BEFORE_TARGET)) {
            self.targets(false);
        }
    }

    fn definition(&mut self, verb: &str) {
        self.add(verb);
        while let Some(word) = self.peek_word() {
            let is_thing = one_of(word, THINGS);
            if is_thing {
                self.add(word);
            } else if !one_of(word, BETWEEN) {
                break;
            }
            self.tokens.next();
        }
        self.targets(false);
    }

    /// The name that follows, and with `list` those behind its commas.
    fn targets(&mut self, list: bool) {
        while self.peek_word().is_some_and(|word| one_of(word, SKIPPED)) {
            self.tokens.next();
        }
        while let Some(name) = self.name() {
            self.add(&name);
            while list && self.is_alias() {
                self.tokens.next();
            }
            if !list || self.peek_text() != Some(",") {
                return;
            }
            self.tokens.next();
        }
    }

    fn is_alias(&mut self) -> bool {
        let sql = self.sql;
        self.tokens.peek().is_some_and(|token| match token.kind {
            Kind::Word => token.text(sql).eq_ignore_ascii_case("as") || !crate::is_keyword(token.text(sql)),
            kind => kind == Kind::QuotedIdentifier,
        })
    }

    /// A name with its dots.
    fn name(&mut self) -> Option<String> {
        let mut name = String::new();
        while self.starts_name() {
            name.push_str(self.tokens.next()?.text(self.sql));
            if self.peek_text() != Some(".") {
                return Some(name);
            }
            self.tokens.next();
            name.push('.');
        }
        (!name.is_empty()).then_some(name)
    }

    /// A string counts: MySQL and SQLite take one for a name behind FROM.
    fn starts_name(&mut self) -> bool {
        let sql = self.sql;
        self.tokens.peek().is_some_and(|token| match token.kind {
            Kind::Word => !crate::is_keyword(token.text(sql)),
            kind => token.closed && matches!(kind, Kind::QuotedIdentifier | Kind::String),
        })
    }

    fn peek_text(&mut self) -> Option<&'a str> {
        let sql = self.sql;
        self.tokens.peek().map(|token| token.text(sql))
    }

    fn peek_word(&mut self) -> Option<&'a str> {
        let sql = self.sql;
        self.tokens.peek().filter(|token| token.kind == Kind::Word).map(|token| token.text(sql))
    }

    fn add(&mut self, word: &str) {
        let blank = usize::from(!self.out.is_empty());
        if self.out.len() + blank + word.len() > LONGEST {
            self.full = true;
            return;
        }
        self.out.push_str(if blank == 1 { " " } else { "" });
        self.out.push_str(word);
    }
}
