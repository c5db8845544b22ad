//! `match_regex`: a regular expression found in the text, in time linear in the text.

mod branches;
mod literals;
mod needs;

use std::ops::Range;

use once_cell::race::OnceBox;
use regex::bytes::{Regex, RegexBuilder};
use regex_syntax::hir::{Hir, HirKind};

use self::branches::Branches;
use super::TextOperator;
use crate::clock::once;
use crate::specials::Needs;

/// Bytes a compiled expression may take: keeps a hostile rule file from filling the memory.
const MOST_COMPILED: usize = 4 * 1024 * 1024;
/// Positions of an expression from which it is compiled at once, to see whether it is too large.
const LARGE: usize = 20_000;
/// Positions from which compiling takes longer than reading the expression again to see what it needs.
const COSTLY: usize = 1_000;

/// An expression, compiled when a text first comes near to matching it: most never are in a process that is not
/// attacked, and compiling all would take longer than everything else at start.
pub(crate) struct MatchRegex {
    pattern: String,
    case_sensitive: bool,
    unicode: bool,
    /// Two threads may both compile it: none waits for another, which a forked child would do for ever.
    compiled: OnceBox<Option<Regex>>,
    needs: Needs,
    literals: Vec<String>,
    /// Asked before it is compiled, if that takes long.
    branches: OnceBox<Branches>,
    is_costly: bool,
    min_length: usize,
}

impl MatchRegex {
    /// Checks `pattern`, or says what is wrong with it. Classes such as `\w` mean ASCII, as in the engine that the
    /// schema comes from, and as makes an expression ten times smaller; unless it asks for Unicode by `\p` or `\u`.
    pub(crate) fn new(pattern: &str, case_sensitive: bool, min_length: usize) -> Result<Self, String> {
        let ascii = parse(pattern, case_sensitive, false);
        let unicode = ascii.is_err();
        let hir = ascii.or_else(|_| parse(pattern, case_sensitive, true))?;
        let regex = MatchRegex {
            pattern: pattern.to_owned(),
            case_sensitive,
            unicode,
            compiled: OnceBox::new(),
            needs: needs::of(&hir),
            literals: literals::of(&hir),
            branches: OnceBox::new(),
            is_costly: positions(&hir) >= COSTLY,
            min_length,
        };
        if positions(&hir) >= LARGE {
            let compiled = regex.compile().map_err(|error| error.to_string())?;
            let _ = regex.compiled.set(Box::new(Some(compiled)));
        }
        Ok(regex)
    }

    fn branches(&self) -> &Branches {
        let read = || parse(&self.pattern, self.case_sensitive, self.unicode);
        self.branches.get_or_init(|| {
            once(|| Box::new(read().map_or_else(|_| Branches::any(), |hir| Branches::of(&hir))))
        })
    }

    fn compile(&self) -> Result<Regex, regex::Error> {
        RegexBuilder::new(&self.pattern)
            .case_insensitive(!self.case_sensitive)
            .unicode(self.unicode)
            .size_limit(MOST_COMPILED)
            .dfa_size_limit(MOST_COMPILED)
            .build()
    }
}

fn parse(pattern: &str, case_sensitive: bool, unicode: bool) -> Result<Hir, String> {
    let mut parser = regex_syntax::ParserBuilder::new();
    parser
        .case_insensitive(!case_sensitive)
        .unicode(unicode)
        .utf8(false)
        .build()
        .parse(pattern)
        .map_err(|error| error.to_string())
}

/// How many characters an expression has once its counted repetitions are written out.
fn positions(hir: &Hir) -> usize {
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => 0,
        HirKind::Literal(literal) => literal.0.len(),
        HirKind::Class(_) => 1,
        HirKind::Capture(capture) => positions(&capture.sub),
        HirKind::Concat(parts) | HirKind::Alternation(parts) => {
            parts.iter().map(positions).fold(0, usize::saturating_add)
        }
        HirKind::Repetition(repetition) => {
            let times = repetition.max.unwrap_or(repetition.min + 1) as usize;
            positions(&repetition.sub).saturating_mul(times)
        }
    }
}

impl TextOperator for MatchRegex {
    fn name(&self) -> &str {
        "match_regex"
    }

    fn value(&self) -> &str {
        &self.pattern
    }

    fn needs(&self) -> Needs {
        self.needs.clone()
    }

    fn literals(&self) -> &[String] {
        &self.literals
    }

    fn find(&self, text: &str) -> Option<Range<usize>> {
        if text.len() < self.min_length {
            return None;
        }
        if self.is_costly && self.compiled.get().is_none() && !self.branches().allow(text) {
            return None;
        }
        let regex = self.compiled.get_or_init(|| once(|| Box::new(self.compile().ok()))).as_ref()?;
        regex.find(text.as_bytes()).map(|found| found.range())
    }
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
    fn every_match_holds_one_of_the_literals() {
        let literals = |pattern| MatchRegex::new(pattern, false, 0).unwrap().literals().to_vec();
        assert_eq!(literals(r"\bunion\s+(?:all\s+)?select\b"), ["select"]);
        assert_eq!(literals(r"(?:/etc/passwd|c:\\windows)\W"), ["/etc/passwd", "c:\\windows"]);
        assert_eq!(literals(r"(?:ab)?c"), Vec::<String>::new());
        assert_eq!(literals(r"[a-z]+=(?:x|select)"), Vec::<String>::new());
    }

    #[test]
    fn it_is_compiled_for_a_text_that_an_alternative_may_match() {
        let regex = MatchRegex::new(r"<b>(?:one|two)|\.(?:three|\d\d;)$|#[xy]{1000}", false, 0).unwrap();
        for text in ["<b> 3", "one;.", ". two", "<b>.", ".;", "<>"] {
            assert!(regex.find(text).is_none() && regex.compiled.get().is_none(), "{text}");
        }
        assert!(regex.find("x <B>TWO").is_some() && regex.compiled.get().is_some());
        assert!(regex.find(".17;").is_some());
    }

    #[test]
    fn a_broken_pattern_is_an_error() {
        assert!(MatchRegex::new("(", false, 0).is_err());
        assert!(MatchRegex::new(r"(?:a{1000}){1000}", false, 0).is_err());
    }

    #[test]
    fn classes_are_ascii_unless_unicode_is_asked_for() {
        let finds = |pattern, text| MatchRegex::new(pattern, false, 0).unwrap().find(text).is_some();
        assert!(!finds(r"^\w$", "é") && finds(r"^\p{L}$", "é") && finds("É", "É"));
    }
}
