//! Tokens as one-letter codes.
//!
//! | code | token |
//! | --- | --- |
//! | `n` `t` | number; TRUE, FALSE, NULL and variables |
//! | `s` `e` | string; empty string |
//! | `u` `v` | string without end, and one of several words |
//! | `w` | any other word |
//! | `f` `d` | call of a function; of one that only attackers call |
//! | `&` <code>&#124;</code> | AND, OR, XOR, `&&`; the bars, which some databases read as OR |
//! | `o` `g` `l` | comparison for equality; for order; by a word |
//! | `E` | `==`, which few databases know and all programs |
//! | `a` `N` | arithmetic; NOT |
//! | `U` `A` `S` `F` | UNION and its like; ALL, DISTINCT; SELECT; FROM |
//! | `K` | the verb of another statement with the word that makes it one (`DROP TABLE`) |
//! | `B` `I` | ORDER BY, GROUP BY, HAVING, LIMIT; INTO OUTFILE |
//! | `c` | a comment up to the end |
//! | `( ) , ; .` | themselves |
//! | `x` | anything else |

use std::ops::Range;

use vedette_sql::{Dialect, Kind, Scanner, Token};

/// Tokens of a reading that are looked at.
const MOST: usize = 256;

/// Bytes of the longest word below.
const LONGEST_WORD: usize = 16;

/// A text read as SQL.
pub(super) struct Reading<'a> {
    text: &'a str,
    tokens: Vec<Token>,
    pub(super) codes: String,
}

impl<'a> Reading<'a> {
    /// As it is.
    pub(super) fn bare(text: &'a str) -> Self {
        Reading::new(text, 0, None)
    }

    /// Behind the quote at `at`, which closes a string.
    pub(super) fn behind_quote(text: &'a str, at: usize) -> Self {
        let before = if text[..at].trim().is_empty() { 'e' } else { 's' };
        let quote = Token { kind: Kind::String, start: at, end: at + 1, closed: true };
        Reading::new(text, at + 1, Some((before, quote)))
    }

    fn new(text: &'a str, from: usize, before: Option<(char, Token)>) -> Self {
        let moved = |token: Token| Token { start: token.start + from, end: token.end + from, ..token };
        let is_inline = |token: &Token| {
            token.kind == Kind::Comment && token.closed && text[token.range()].ends_with("*/")
        };
        let mut tokens: Vec<Token> = Vec::new();
        let mut codes = String::new();
        if let Some((code, token)) = before {
            codes.push(code);
            tokens.push(token);
        }
        let first = tokens.len();
        tokens.extend(
            Scanner::new(&text[from..], Dialect::Generic)
                .map(moved)
                .filter(|token| !is_inline(token))
                .take(MOST),
        );
        let mut reading = Reading { text, tokens, codes };
        for at in first..reading.tokens.len() {
            let code = reading.code(at);
            reading.codes.push(code);
            if code == 'c' {
                break;
            }
        }
        reading
    }

    /// Whether any pattern can match: without logic, queries, calls, clauses and comments only an operator right
    /// behind a string does.
    pub(super) fn is_suspicious(&self) -> bool {
        let codes = self.codes.as_bytes();
        codes.first() == Some(&b'e')
            || codes.get(1) == Some(&b'l')
            || codes.iter().any(|code| b"&|USKdfcBI;".contains(code))
    }

    /// The bytes of the text behind a range of codes.
    pub(super) fn range(&self, codes: Range<usize>) -> Range<usize> {
        self.tokens[codes.start].start..self.tokens[codes.end - 1].end
    }

    fn word(&self, at: usize) -> &str {
        self.tokens.get(at).map_or("", |token| token.text(self.text))
    }

    fn is(&self, at: usize, words: &[&str]) -> bool {
        words.iter().any(|word| self.word(at).eq_ignore_ascii_case(word))
    }

    fn code(&self, at: usize) -> char {
        let token = self.tokens[at];
        match token.kind {
            Kind::Word => self.word_code(at),
            Kind::Number => 'n',
            Kind::Variable | Kind::Placeholder => 't',
            Kind::String | Kind::QuotedIdentifier if !token.closed => self.open_code(token),
            Kind::String | Kind::QuotedIdentifier if token.content(self.text).is_empty() => 'e',
            Kind::String | Kind::QuotedIdentifier => 's',
            Kind::Comment => self.comment_code(token),
            Kind::Punctuation => {
                self.word(at).chars().next().filter(|mark| "(),;.".contains(*mark)).unwrap_or('x')
            }
            Kind::Operator => self.operator_code(at),
            Kind::Other => 'x',
        }
    }

    fn open_code(&self, token: Token) -> char {
        if self.text[token.content(self.text)].trim().contains(' ') {
            'v'
        } else {
            'u'
        }
    }

    /// Dashes with a sentence behind them are punctuation; attackers leave nothing, or a letter or two.
    fn comment_code(&self, token: Token) -> char {
        let text = token.text(self.text);
        let body = text
            .trim_start_matches(['-', '/', '*', '#'])
            .trim_matches(['-', '+', ' ', '\'', '"', '\t', '\r']);
        if body.len() <= 2 || text.starts_with("/*") {
            'c'
        } else {
            'x'
        }
    }

    fn operator_code(&self, at: usize) -> char {
        match self.word(at) {
            "=" | "<>" | "!=" | "<=>" | "~" | "!~" | ":=" => 'o',
            "==" => 'E',
            "<" | ">" | "<=" | ">=" => 'g',
            "&&" => '&',
            "||" => '|',
            "#" if self.tokens[at].end == self.text.trim_end().len() => 'c',
            "+" | "-" | "*" | "/" | "%" | "^" | "&" | "|" | "<<" | ">>" => 'a',
            "!" => 'N',
            _ => 'x',
        }
    }

    fn word_code(&self, at: usize) -> char {
        let mut lower = [0u8; LONGEST_WORD];
        match lowered(self.word(at), &mut lower) {
            "or" | "and" | "xor" => '&',
            "not" => 'N',
            "null" | "true" | "false" => 't',
            "like" | "rlike" | "ilike" | "regexp" | "glob" | "in" | "between" | "sounds" => 'l',
            "is" if self.is(at + 1, &["null", "true", "false"])
                || self.is(at + 1, &["not"]) && self.is(at + 2, &["null"]) =>
            {
                'o'
            }
            "is" => 'l',
            "div" | "mod" => 'a',
            "union" | "intersect" | "except" | "minus" => 'U',
            "all" | "distinct" | "distinctrow" => 'A',
            "select" => 'S',
            "from" => 'F',
            "order" | "group" if self.is(at + 1, &["by"]) => 'B',
            "having" | "limit" => 'B',
            "into" if self.is(at + 1, &["outfile", "dumpfile"]) => 'I',
            "procedure" if self.is(at + 1, &["analyse"]) => 'I',
            "case" if self.is(at + 1, &["when"]) => 'f',
            word if self.is_statement(word, at) => 'K',
            _ if !self.is_called(at) => 'w',
            "benchmark" | "sleep" if !self.is_called_at_once(at) => 'w',
            word if DANGEROUS.binary_search(&word).is_ok() => 'd',
            word if FUNCTIONS.binary_search(&word).is_ok() => 'f',
            _ => 'w',
        }
    }

    fn is_called(&self, at: usize) -> bool {
        self.is(at + 1, &["("])
    }

    /// `sleep(5)`, not "sleep (well)".
    fn is_called_at_once(&self, at: usize) -> bool {
        self.tokens.get(at + 1).is_some_and(|next| next.start == self.tokens[at].end)
    }

    fn is_statement(&self, verb: &str, at: usize) -> bool {
        match verb {
            "drop" | "alter" | "create" => self.is(at + 1, THINGS),
            "truncate" => self.is(at + 1, &["table"]),
            "insert" | "replace" => self.is(at + 1, &["into"]),
            "delete" => self.is(at + 1, &["from"]),
            "update" => self.is(at + 2, &["set"]),
            "exec" | "execute" => {
                self.word(at + 1).starts_with(['(', '@', '\''])
                    || self.word(at + 1).contains('_')
                    || self.is(at + 2, &["."])
                    || self.is(at + 1, &["immediate"])
            }
            "waitfor" => self.is(at + 1, &["delay", "time"]),
            "declare" => self.word(at + 1).starts_with('@'),
            "attach" => self.is(at + 1, &["database"]),
            "copy" => self.is(at + 2, &["from", "to"]) || self.is(at + 1, &["("]),
            "load" => self.is(at + 1, &["data"]),
            "shutdown" => at + 1 == self.tokens.len() || self.is(at + 1, &["with", ";", "--"]),
            "call" | "grant" | "revoke" => self.is(at + 2, &["(", "on", "to"]),
            _ => false,
        }
    }
}

/// `word` in lower case; empty if it is longer than all that mean something here.
fn lowered<'b>(word: &str, buffer: &'b mut [u8; LONGEST_WORD]) -> &'b str {
    let Some(lower) = buffer.get_mut(..word.len()) else { return "" };
    lower.copy_from_slice(word.as_bytes());
    lower.make_ascii_lowercase();
    std::str::from_utf8(lower).unwrap_or("")
}

const THINGS: &[&str] = &[
    "table",
    "database",
    "view",
    "index",
    "user",
    "schema",
    "function",
    "procedure",
    "trigger",
    "role",
    "login",
    "column",
];

/// Sorted. Calls that wait, read files, run commands or leak by errors.
const DANGEROUS: &[&str] = &[
    "benchmark",
    "extractvalue",
    "lo_import",
    "load_extension",
    "load_file",
    "pg_ls_dir",
    "pg_read_file",
    "pg_sleep",
    "randomblob",
    "sleep",
    "updatexml",
    "utl_http",
    "xp_cmdshell",
    "xp_dirtree",
];

/// Sorted. Functions that injections are made of.
const FUNCTIONS: &[&str] = &[
    "ascii",
    "bin",
    "cast",
    "char",
    "char_length",
    "chr",
    "coalesce",
    "concat",
    "concat_ws",
    "conv",
    "convert",
    "count",
    "current_user",
    "database",
    "elt",
    "exists",
    "exp",
    "floor",
    "format",
    "group_concat",
    "hex",
    "if",
    "ifnull",
    "iif",
    "instr",
    "isnull",
    "json_keys",
    "left",
    "length",
    "lower",
    "lpad",
    "ltrim",
    "make_set",
    "max",
    "md5",
    "mid",
    "min",
    "name_const",
    "nullif",
    "ord",
    "position",
    "quote",
    "rand",
    "random",
    "replace",
    "reverse",
    "right",
    "row_count",
    "rpad",
    "schema",
    "sha1",
    "space",
    "strcmp",
    "substr",
    "substring",
    "sum",
    "system_user",
    "to_char",
    "typeof",
    "unhex",
    "upper",
    "user",
    "version",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lists_are_sorted_for_the_search() {
        assert!(FUNCTIONS.windows(2).all(|pair| pair[0] < pair[1]));
        assert!(DANGEROUS.windows(2).all(|pair| pair[0] < pair[1]));
    }
}
