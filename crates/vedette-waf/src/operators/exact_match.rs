//! `exact_match`: the text is one of a list, letter for letter.

use std::ops::Range;

use foldhash::HashSet;

use super::TextOperator;

/// The list.
pub(crate) struct ExactMatch(pub(crate) HashSet<String>);

impl TextOperator for ExactMatch {
    fn name(&self) -> &'static str {
        "exact_match"
    }

    fn find(&self, text: &str) -> Option<Range<usize>> {
        self.0.contains(text).then_some(0..text.len())
    }
}
