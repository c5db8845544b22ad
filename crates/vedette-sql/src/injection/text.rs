//! A text in the form that input is looked for in: lower case, runs of whitespace as one blank.

use crate::tokenize::is_blank;

/// A folded text, and where each of its bytes came from.
#[derive(Debug)]
pub struct Folded {
    folded: String,
    origins: Vec<u32>,
    length: usize,
    runs: Runs,
}

/// Which runs of three bytes a text has, as a set in which some others count as there, too: most inputs are not in most
/// texts, and are told apart from them without a search.
#[derive(Debug)]
struct Runs([u64; 64]);

impl Runs {
    fn of(text: &str) -> Runs {
        let mut bits = [0; 64];
        for run in text.as_bytes().windows(3) {
            let bit = Runs::bit(run);
            bits[bit / 64] |= 1 << (bit % 64);
        }
        Runs(bits)
    }

    fn bit(run: &[u8]) -> usize {
        let number = u32::from(run[0]) | u32::from(run[1]) << 8 | u32::from(run[2]) << 16;
        (number.wrapping_mul(0x9e37_79b1) >> 20) as usize
    }

    /// Whether a text may be within: its beginning, middle and end are looked at.
    fn may_hold(&self, text: &str) -> bool {
        let bytes = text.as_bytes();
        let has = |at: usize| {
            let bit = Runs::bit(&bytes[at..at + 3]);
            self.0[bit / 64] & (1 << (bit % 64)) != 0
        };
        bytes.len() < 3 || (has(0) && has(bytes.len() - 3) && has((bytes.len() - 3) / 2))
    }
}

impl Folded {
    /// Folds a text.
    pub fn new(text: &str) -> Folded {
        let mut folded = String::with_capacity(text.len());
        let mut origins = Vec::with_capacity(text.len() + 1);
        for (at, letter) in text.char_indices() {
            let Some(letter) = fold(letter, &folded) else { continue };
            folded.push(letter);
            origins.extend((0..letter.len_utf8()).map(|byte| (at + byte) as u32));
        }
        let runs = Runs::of(&folded);
        Folded { folded, origins, length: text.len(), runs }
    }

    /// Where `needle`, folded likewise, is in the text (bytes of the original); without overlaps.
    pub fn occurrences<'t>(&'t self, needle: &'t str) -> impl Iterator<Item = (usize, usize)> + 't {
        let is_possible = needle.len() <= self.folded.len() && self.runs.may_hold(needle);
        let longest = if is_possible { self.folded.as_str() } else { "" };
        longest
            .match_indices(needle)
            .filter(|(_, found)| !found.is_empty())
            .map(|(at, found)| (self.origin(at), self.origin(at + found.len() - 1) + 1))
    }

    /// Where the longest beginning and the longest end of `needle` are in the text, of those that have at least `least`
    /// bytes and are not all of it: what remains of an input that the application cut.
    pub fn parts<'t>(&'t self, needle: &'t str, least: usize) -> impl Iterator<Item = (usize, usize)> + 't {
        let beginning = longest(needle.len(), least, |length| self.has(needle.get(..length)?));
        let end = longest(needle.len(), least, |length| self.has(needle.get(needle.len() - length..)?));
        let parts =
            [beginning.map(|length| &needle[..length]), end.map(|length| &needle[needle.len() - length..])];
        parts.into_iter().flatten().flat_map(|part| self.occurrences(part))
    }

    fn has(&self, part: &str) -> Option<bool> {
        Some(self.runs.may_hold(part) && self.folded.contains(part))
    }

    fn origin(&self, at: usize) -> usize {
        self.origins.get(at).map_or(self.length, |origin| *origin as usize)
    }
}

/// The greatest length below `all` for which `fits`; None if it is below `least`. What fits in a length fits in less;
/// lengths for which it can't be told (in the middle of a character) are rounded down.
fn longest(all: usize, least: usize, fits: impl Fn(usize) -> Option<bool>) -> Option<usize> {
    let fits = |length: usize| {
        (0..4).find_map(|less| fits(length - less).map(|does| does.then_some(length - less)))?
    };
    let least = least.max(4);
    if all <= least {
        return None;
    }
    let (mut known, mut beyond) = (fits(least)?, all);
    while beyond - known > 1 {
        let middle = known + (beyond - known) / 2;
        match fits(middle) {
            Some(length) if length > known => known = length,
            Some(_) => break,
            None => beyond = middle,
        }
    }
    Some(known)
}

/// `input` folded as a text is.
pub(super) fn fold_all(input: &str) -> String {
    let mut out = String::with_capacity(input.len());
    for letter in input.chars() {
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
