//! The forms of an input that are looked for in a statement.

use super::text::fold_all;

/// An input made ready to be looked for in many statements.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Needle {
    plain: String,
    quoted: Vec<String>,
    may_be_code: bool,
}

impl Needle {
    /// Trims and folds `input`, and puts down how it looks after its quotes were doubled or given a backslash.
    pub fn new(input: &str) -> Needle {
        let plain = fold_all(input.trim());
        let mut quoted = Vec::new();
        if plain.contains('\'') {
            quoted.push(plain.replace('\'', "''"));
            quoted.push(plain.replace('\'', "\\'"));
        }
        if plain.contains('"') {
            quoted.push(plain.replace('"', "\"\""));
        }
        let may_be_code = !input.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
        Needle { plain, quoted, may_be_code }
    }

    /// The input, trimmed and folded.
    pub fn plain(&self) -> &str {
        &self.plain
    }

    /// False for what is one token wherever it stands: a word or a number, as most input is.
    pub(super) fn may_be_code(&self) -> bool {
        self.may_be_code && !self.plain.is_empty()
    }

    /// Whether it has what ends strings, begins comments, or compares.
    pub(super) fn has_marks(&self) -> bool {
        self.plain.bytes().any(is_mark)
    }

    pub(super) fn forms(&self) -> impl Iterator<Item = &str> {
        self.quoted.iter().chain([&self.plain]).map(String::as_str)
    }
}

pub(super) fn is_mark(byte: u8) -> bool {
    matches!(byte, b'\'' | b'"' | b'`' | b';' | b'=' | b'#' | b'(' | b'|' | b'<' | b'>' | b'\\')
}
