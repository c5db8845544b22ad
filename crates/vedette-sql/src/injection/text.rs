//! A statement in the form that input is looked for in: lower case, runs of whitespace as one blank.

use crate::tokenize::is_blank;

/// The statement's folded text, and where each of its bytes came from.
pub(super) struct Text {
    folded: String,
    origins: Vec<u32>,
    length: usize,
}

impl Text {
    pub(super) fn of(sql: &str) -> Text {
        let mut folded = String::with_capacity(sql.len());
        let mut origins = Vec::with_capacity(sql.len() + 1);
        for (at, letter) in sql.char_indices() {
            let Some(letter) = fold(letter, &folded) else { continue };
            folded.push(letter);
            origins.extend((0..letter.len_utf8()).map(|byte| (at + byte) as u32));
        }
        Text { folded, origins, length: sql.len() }
    }

    /// Where `needle`, folded likewise, is in the statement; without overlaps.
    pub(super) fn occurrences<'t>(&'t self, needle: &'t str) -> impl Iterator<Item = (usize, usize)> + 't {
        self.folded
            .match_indices(needle)
            .map(|(at, found)| (self.origin(at), self.origin(at + found.len() - 1) + 1))
    }

    fn origin(&self, at: usize) -> usize {
        self.origins.get(at).map_or(self.length, |origin| *origin as usize)
    }
}

/// `input` trimmed and folded as a statement is.
pub(super) fn folded(input: &str) -> String {
    let mut out = String::with_capacity(input.len());
    for letter in input.trim().chars() {
        if let Some(letter) = fold(letter, &out) {
            out.push(letter);
        }
    }
    out
}

fn fold(letter: char, so_far: &str) -> Option<char> {
    if !letter.is_ascii() || !is_blank(letter as u8) {
        return Some(letter.to_ascii_lowercase());
    }
    (!so_far.ends_with(' ')).then_some(' ')
}
