//! Statements without their values, so that they can be shown, grouped and sent.

use std::borrow::Cow;

use crate::words::one_of;
use crate::{tokenize, Dialect, Kind, Token};

/// `sql` with every string and number replaced by `?`, without comments, and with uniform blanks.
///
/// Anonymous placeholders (`%s`, `%(name)s`, `$1`, `?1`) become `?` too, named ones (`:name`, `@name`) stay. Lists of
/// values behind `IN`, `VALUES` and the like shrink to `( ? )`, so that statements that differ only in their length are
/// one. NULL, TRUE and FALSE stay: they belong to the shape of a statement more than to its data. A quoted name that is
/// never closed may hold anything and becomes `?`. The result is stable: obfuscating it again changes nothing.
///
/// ```
/// use vedette_sql::{obfuscate, Dialect};
/// assert_eq!(obfuscate("SELECT * FROM t WHERE a='x' AND b IN (1, 2)", Dialect::Generic),
///            "SELECT * FROM t WHERE a = ? AND b IN ( ? )");
/// ```
pub fn obfuscate(sql: &str, dialect: Dialect) -> Cow<'_, str> {
    let all = tokenize(sql, dialect);
    let tokens: Vec<Token> = all.iter().copied().filter(|token| token.kind != Kind::Comment).collect();
    let mut writer =
        Writer { sql, tokens: &tokens, at: 0, out: String::with_capacity(sql.len() + 16), glue: true };
    writer.run();
    if writer.out == sql {
        return Cow::Borrowed(sql);
    }
    Cow::Owned(writer.out)
}

/// Words whose parenthesised values are a list of any length.
const LISTS: &[&str] = &["ALL", "ANY", "IN", "SOME", "VALUE", "VALUES"];

struct Writer<'a> {
    sql: &'a str,
    tokens: &'a [Token],
    at: usize,
    out: String,
    /// Whether the next piece follows without a blank.
    glue: bool,
}

impl Writer<'_> {
    fn run(&mut self) {
        while self.at < self.tokens.len() {
            if !self.list() && !self.negative_number() {
                self.token();
            }
        }
    }

    fn text(&self, at: usize) -> &str {
        self.tokens.get(at).map_or("", |token| token.text(self.sql))
    }

    fn kind(&self, at: usize) -> Option<Kind> {
        self.tokens.get(at).map(|token| token.kind)
    }

    fn put(&mut self, text: &str) {
        let tight = matches!(text, "," | ";" | ".");
        // MySQL's names may begin with a digit, and `.0x` would be a number.
        let would_merge =
            self.glue && self.out.ends_with('.') && text.starts_with(|first: char| first.is_ascii_digit());
        if would_merge || !self.glue && !tight {
            self.out.push(' ');
        }
        self.out.push_str(text);
        self.glue = text == ".";
    }

    fn token(&mut self) {
        let token = self.tokens[self.at];
        let text = token.text(self.sql);
        let hidden = match token.kind {
            Kind::String | Kind::Number => true,
            Kind::Placeholder => !text.starts_with([':', '@']) && !is_named_dollar(text),
            _ => !token.closed,
        };
        self.put(if hidden { "?" } else { text });
        self.at += 1;
    }

    /// `-1`, where the sign cannot be a subtraction.
    fn negative_number(&mut self) -> bool {
        let signed = matches!(self.text(self.at), "-" | "+") && self.kind(self.at + 1) == Some(Kind::Number);
        if !signed || !self.expects_value() {
            return false;
        }
        self.put("?");
        self.at += 2;
        true
    }

    fn expects_value(&self) -> bool {
        let Some(before) = self.at.checked_sub(1) else { return true };
        match self.tokens[before].kind {
            Kind::Operator => true,
            Kind::Word => crate::is_keyword(self.text(before)),
            _ => matches!(self.text(before), "(" | "," | "["),
        }
    }

    /// `IN (1, 2, 3)` and `VALUES (1, 2), (3, 4)`, from the word on.
    fn list(&mut self) -> bool {
        if self.kind(self.at) != Some(Kind::Word) || !one_of(self.text(self.at), LISTS) {
            return false;
        }
        let Some(mut end) = self.values(self.at + 1) else { return false };
        while self.text(end) == "," {
            match self.values(end + 1) {
                Some(next) => end = next,
                None => break,
            }
        }
        let word = self.tokens[self.at].text(self.sql);
        for piece in [word, "(", "?", ")"] {
            self.put(piece);
        }
        self.at = end;
        true
    }

    /// Where a parenthesised list of nothing but values, opened at `at`, ends.
    fn values(&self, at: usize) -> Option<usize> {
        if self.text(at) != "(" {
            return None;
        }
        let mut at = at + 1;
        loop {
            at += usize::from(matches!(self.text(at), "-" | "+"));
            matches!(self.kind(at)?, Kind::String | Kind::Number | Kind::Placeholder).then_some(())?;
            match self.text(at + 1) {
                "," => at += 2,
                ")" => return Some(at + 2),
                _ => return None,
            }
        }
    }
}

/// SQLite's `$name`, in contrast to PostgreSQL's `$1`.
fn is_named_dollar(text: &str) -> bool {
    text.strip_prefix('$').is_some_and(|name| !name.starts_with(|first: char| first.is_ascii_digit()))
}
