//! `exact_match`: the text is one of a list, letter for letter, and its time is not over.

use std::ops::Range;

use foldhash::HashMap;

use super::expiry::counts;
use super::TextOperator;

/// The list, with the times until which its entries count.
pub(crate) struct ExactMatch(HashMap<String, u64>);

impl ExactMatch {
    pub(crate) fn new(list: Vec<(String, u64)>) -> Self {
        let mut all = HashMap::<String, u64>::default();
        for (text, until) in list {
            let known = all.entry(text).or_default();
            *known = until.max(*known);
        }
        ExactMatch(all)
    }
}

impl TextOperator for ExactMatch {
    fn name(&self) -> &str {
        "exact_match"
    }

    fn find(&self, text: &str) -> Option<Range<usize>> {
        self.0.get(text).filter(|until| counts(**until)).map(|_| 0..text.len())
    }
}
