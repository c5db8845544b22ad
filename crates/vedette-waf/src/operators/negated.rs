//! `!match_regex` and its like: texts that the operator does not match.

use std::ops::Range;

use super::TextOperator;

/// The contrary of an operator.
pub(crate) struct Negated {
    name: String,
    positive: Box<dyn TextOperator>,
}

impl Negated {
    pub(crate) fn new(name: &str, positive: Box<dyn TextOperator>) -> Self {
        Negated { name: name.to_owned(), positive }
    }
}

impl TextOperator for Negated {
    fn name(&self) -> &str {
        &self.name
    }

    fn value(&self) -> &str {
        self.positive.value()
    }

    fn find(&self, text: &str) -> Option<Range<usize>> {
        self.positive.find(text).is_none().then_some(0..text.len())
    }
}
