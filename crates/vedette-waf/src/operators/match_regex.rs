//! `match_regex`: a regular expression found in the text, in time linear in the text.

use std::ops::Range;

use regex::bytes::{Regex, RegexBuilder};
use regex_syntax::hir::{Class, Hir, HirKind};

use super::TextOperator;
use crate::specials::{self, commonness, Needs, Specials};

/// Bytes a compiled expression may take: keeps a hostile rule file from filling the memory.
const MOST_COMPILED: usize = 4 * 1024 * 1024;

/// A compiled expression.
pub(crate) struct MatchRegex {
    regex: Regex,
    needs: Needs,
    min_length: usize,
}

impl MatchRegex {
    /// Compiles `pattern`, or says what is wrong with it. Classes such as `\w` mean ASCII, as in the engine that the
    /// schema comes from, and as makes an expression ten times smaller; unless it asks for Unicode by `\p` or `\u`.
    pub(crate) fn new(pattern: &str, case_sensitive: bool, min_length: usize) -> Result<Self, String> {
        let ascii = compile(pattern, case_sensitive, false);
        let unicode = ascii.is_err();
        let regex =
            ascii.or_else(|_| compile(pattern, case_sensitive, true)).map_err(|error| error.to_string())?;
        let mut parser = regex_syntax::ParserBuilder::new();
        let hir =
            parser.case_insensitive(!case_sensitive).unicode(unicode).utf8(false).build().parse(pattern);
        let needs = hir.map_or_else(|_| Needs::nothing(), |hir| needs_of(&hir));
        Ok(MatchRegex { regex, needs, min_length })
    }
}

fn compile(pattern: &str, case_sensitive: bool, unicode: bool) -> Result<Regex, regex::Error> {
    RegexBuilder::new(pattern)
        .case_insensitive(!case_sensitive)
        .unicode(unicode)
        .size_limit(MOST_COMPILED)
        .dfa_size_limit(MOST_COMPILED)
        .build()
}

impl TextOperator for MatchRegex {
    fn name(&self) -> &'static str {
        "match_regex"
    }

    fn value(&self) -> &str {
        self.regex.as_str()
    }

    fn needs(&self) -> Needs {
        self.needs.clone()
    }

    fn find(&self, text: &str) -> Option<Range<usize>> {
        if text.len() < self.min_length {
            return None;
        }
        self.regex.find(text.as_bytes()).map(|found| found.range())
    }
}

/// The kinds of characters that every match has.
fn needs_of(hir: &Hir) -> Needs {
    let mut sets = Vec::new();
    collect(hir, &mut sets);
    sets.sort_unstable();
    sets.dedup();
    sets.sort_by_key(|set| commonness(*set));
    Needs(sets)
}

fn collect(hir: &Hir, sets: &mut Vec<Specials>) {
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => {}
        HirKind::Literal(literal) => sets.extend(literal.0.iter().map(|byte| specials::of_byte(*byte))),
        HirKind::Class(class) => sets.push(kinds_of(class)),
        HirKind::Repetition(repetition) if repetition.min == 0 => {}
        HirKind::Repetition(repetition) => collect(&repetition.sub, sets),
        HirKind::Capture(capture) => collect(&capture.sub, sets),
        HirKind::Concat(parts) => parts.iter().for_each(|part| collect(part, sets)),
        HirKind::Alternation(parts) => {
            // One set that serves all branches: of each the most selective.
            let joined = parts.iter().map(|part| needs_of(part).rarest()).fold(0, |all, set| all | set);
            sets.push(joined);
        }
    }
}

fn kinds_of(class: &Class) -> Specials {
    let has = |letter: char| match class {
        Class::Unicode(class) => {
            class.ranges().iter().any(|range| range.start() <= letter && letter <= range.end())
        }
        Class::Bytes(class) => {
            class.ranges().iter().any(|range| range.start() <= letter as u8 && letter as u8 <= range.end())
        }
    };
    let is_wide = match class {
        Class::Unicode(class) => class.ranges().iter().any(|range| !range.end().is_ascii()),
        Class::Bytes(class) => class.ranges().iter().any(|range| !range.end().is_ascii()),
    };
    let ascii =
        (0..128u8).filter(|byte| has(char::from(*byte))).fold(0, |set, byte| set | specials::of_byte(byte));
    ascii | if is_wide { specials::of_byte(0xff) } else { 0 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::specials::of_all;

    fn passes(pattern: &str, text: &str) -> bool {
        MatchRegex::new(pattern, false, 0).unwrap().needs().met_by(of_all(text.as_bytes()))
    }

    #[test]
    fn a_text_without_the_marks_that_a_pattern_needs_is_rejected() {
        assert!(!passes(r"\.\./", "plain words"));
        assert!(!passes(r"<script|javascript:", "plain words, and (more)"));
        assert!(passes(r"<script|javascript:", "a: b"));
        assert!(passes(r"(?:<a>)?word", "plain words"));
    }

    #[test]
    fn a_broken_pattern_is_an_error() {
        assert!(MatchRegex::new("(", false, 0).is_err());
        assert!(MatchRegex::new(r"(?:a{1000}){1000}", false, 0).is_err());
    }
}
