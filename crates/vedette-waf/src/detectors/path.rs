//! `lfi_detector`: an input of the request leads out of the folder that the application meant.
//!
//! Detects: `..` segments that came with the input, an absolute path in place of one within a folder, `file:` URLs,
//! home folders (`~root/`); also after the application made the path absolute, if that led up to the root.
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
    Some(Box::new(Path { text, folded: Folded::new(text) }))
}

impl Reading for Path<'_> {
    fn injection(&self, input: &Needle) -> Option<String> {
        let input = input.plain();
        if !input.contains(is_separator) && input != ".." {
            return None; // a name, wherever it stands
        }
        let found = self.folded.occurrences(input).find(|(start, end)| self.leads_away(input, *start, *end));
        found
            .map(|(start, end)| part(self.text, start, end))
            .or_else(|| self.resolved_to_root(input).then(|| self.text.to_owned()))
    }
}

impl Path<'_> {
    fn leads_away(&self, input: &str, start: usize, end: usize) -> bool {
        self.climbs(input, start, end) || (start == 0 && is_absolute(input))
    }

    /// Whether one of the input's `..` is a whole segment of the path, and there was somewhere to climb from.
    fn climbs(&self, input: &str, start: usize, end: usize) -> bool {
        let begins = start == 0 || self.text[..start].ends_with(is_separator);
        let ends = end == self.text.len() || self.text[end..].starts_with(is_separator);
        let mut segments = input.split(is_separator).peekable();
        let mut first = true;
        while let Some(segment) = segments.next() {
            let whole = (!first || begins) && (segments.peek().is_some() || ends);
            if segment == ".." && whole {
                return true;
            }
            first = false;
        }
        false
    }

    /// Whether the path is what remains of the input when it climbed all the way: the application resolved it.
    fn resolved_to_root(&self, input: &str) -> bool {
        let segments: Vec<_> = input.split(is_separator).filter(|part| !matches!(*part, "" | ".")).collect();
        let climbed = segments.iter().take_while(|segment| **segment == "..").count();
        let rest = segments[climbed..].join("/");
        let path = self.text.to_ascii_lowercase();
        climbed > 0 && rest.contains('/') && path.strip_prefix('/') == Some(rest.as_str())
    }
}

fn is_separator(letter: char) -> bool {
    matches!(letter, '/' | '\\')
}

fn is_absolute(input: &str) -> bool {
    let bytes = input.as_bytes();
    let has_drive = bytes.len() > 2 && bytes[0].is_ascii_alphabetic() && bytes[1] == b':';
    let is_home = input.starts_with('~') && input.contains('/');
    has_drive || is_home || input.starts_with("file:") || (input.len() > 1 && input.starts_with(is_separator))
}
