//! `lfi_detector`: an input of the request leads out of the folder that the application meant.
//!
//! Detects: `..` segments that came with the input, an absolute path in place of one within a folder, `file:` URLs,
//! home folders (`~root/`); also after the application made the path absolute, if that led up to the root, cut it, turned
//! backslashes, or removed `../` once (`....//`).
//! Why it matters: configuration, keys and source code are read, or overwritten.
//! Example: `../../etc/passwd` within `/srv/uploads/../../etc/passwd`.
//! Limits: input that the application resolved itself, to a path below the root, can't be told from a harmless one.
//! References: CWE-22, CWE-73, CWE-98.

use vedette_sql::{Folded, Needle};

use super::{part, Reading};
use crate::data::Data;

struct Path<'s> {
    text: &'s str,
    folded: Folded,
}

/// A path about to be opened.
pub(super) fn read<'s>(sink: &'s Data, _: &str) -> Option<Box<dyn Reading + 's>> {
    let Data::Str(text) = sink else { return None };
    Some(Box::new(Path { text, folded: Folded::new(&text.replace('\\', "/")) }))
}

impl Reading for Path<'_> {
    fn injection(&self, input: &Needle) -> Option<String> {
        let whole = input.plain();
        // The system reads no further than to a NUL; applications that check the end of a name may read all of it.
        let input = whole.split('\0').next().unwrap_or_default();
        if !input.contains(is_separator) && input != ".." {
            return None; // a name, wherever it stands
        }
        self.found(input)
            .or_else(|| self.found(&stripped(input)?))
            .or_else(|| self.cut(input))
            .or_else(|| self.resolved_to_root(input).then(|| self.text.to_owned()))
    }
}

impl Path<'_> {
    fn found(&self, input: &str) -> Option<String> {
        let forward = input.replace('\\', "/");
        let mut all = self.folded.occurrences(&forward);
        let found = all.find(|(start, end)| self.leads_away(input, *start, *end));
        found.map(|(start, end)| part(self.text, start, end))
    }

    /// What the application left of a longer input.
    fn cut(&self, input: &str) -> Option<String> {
        let forward = input.replace('\\', "/");
        let mut parts = self.folded.parts(&forward, SHORTEST_PART);
        let found = parts.find(|(start, end)| {
            self.text.get(*start..*end).is_some_and(|text| self.climbs(text, *start, *end))
        });
        found.map(|(start, end)| part(self.text, start, end))
    }

    fn leads_away(&self, input: &str, start: usize, end: usize) -> bool {
        // Behind nothing but the root, an input is an absolute path, too.
        let from_root =
            &self.text[..start] == "/" && input.trim_end_matches(is_separator).contains(is_separator);
        self.climbs(input, start, end) || (start == 0 && is_absolute(input)) || from_root
    }

    /// Whether the input's `..`, as whole segments of the path, lead above where the input begins.
    fn climbs(&self, input: &str, start: usize, end: usize) -> bool {
        let begins = start == 0 || self.text[..start].ends_with(is_separator);
        let ends = end == self.text.len() || self.text[end..].starts_with(is_separator);
        let mut segments = input.split(is_separator).peekable();
        let mut depth = 0;
        let mut first = true;
        while let Some(segment) = segments.next() {
            let whole = (!first || begins) && (segments.peek().is_some() || ends);
            match segment {
                ".." if whole && depth == 0 => return true,
                ".." if whole => depth -= 1,
                "" | "." if whole => {}
                _ => depth += 1,
            }
            first = false;
        }
        false
    }

    /// Whether the path is what remains of the input when it climbed all the way, or went to somebody's home: the
    /// application resolved it.
    fn resolved_to_root(&self, input: &str) -> bool {
        let path = self.text.to_ascii_lowercase().replace('\\', "/");
        if let Some((_, rest)) = input.strip_prefix('~').and_then(|home| home.split_once('/')) {
            return !rest.is_empty()
                && path.starts_with('/')
                && path.ends_with(rest)
                && HOMES.iter().any(|home| path.starts_with(home));
        }
        let (climbed, rest) = resolved(input);
        climbed && !rest.is_empty() && path.strip_prefix('/') == Some(rest.as_str())
    }
}

/// Whether a path climbs out of where it begins, and what is left of it then.
fn resolved(input: &str) -> (bool, String) {
    let (mut climbed, mut parts) = (false, Vec::new());
    for part in input.split(is_separator) {
        match part {
            "" | "." => {}
            ".." => climbed |= parts.pop().is_none(),
            part => parts.push(part),
        }
    }
    (climbed, parts.join("/"))
}

/// An input as it is after one careless removal of `../`, if that leaves one.
fn stripped(input: &str) -> Option<String> {
    let rest = input.replace("../", "").replace("..\\", "");
    (rest.len() < input.len() && rest.contains("..")).then_some(rest)
}

/// Bytes of the rest of an input that are not there by chance.
const SHORTEST_PART: usize = 4;
/// Where the files of users are.
const HOMES: &[&str] = &["/root/", "/home/", "/users/", "c:/users/"];

fn is_separator(letter: char) -> bool {
    matches!(letter, '/' | '\\')
}

fn is_absolute(input: &str) -> bool {
    let bytes = input.as_bytes();
    let has_drive = bytes.len() > 2 && bytes[0].is_ascii_alphabetic() && bytes[1] == b':';
    let is_home = input.starts_with('~') && input.contains('/');
    has_drive || is_home || input.starts_with("file:") || (input.len() > 1 && input.starts_with(is_separator))
}
