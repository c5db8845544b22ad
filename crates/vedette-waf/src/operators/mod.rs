//! Operators: what a condition asks of a value. One file each.

mod comparison;
mod equals;
mod exact_match;
mod expiry;
mod hidden_ascii;
mod ip_match;
mod is_shell;
mod is_sqli;
mod is_xss;
mod match_regex;
mod negated;
mod phrase_match;
pub mod shell;
pub mod sqli;
pub mod xss;

use std::ops::Range;

pub(crate) use comparison::Comparison;
pub(crate) use equals::Equals;
pub(crate) use exact_match::ExactMatch;
pub(crate) use hidden_ascii::HiddenAscii;
pub(crate) use ip_match::IpMatch;
pub(crate) use is_shell::IsShell;
pub(crate) use is_sqli::IsSqli;
pub(crate) use is_xss::IsXss;
pub(crate) use match_regex::MatchRegex;
pub(crate) use negated::Negated;
pub(crate) use phrase_match::PhraseMatch;

use crate::detectors::Detector;
use crate::specials::Needs;

/// An operator that reads text.
pub(crate) trait TextOperator: Send + Sync {
    /// Its name in rule files.
    fn name(&self) -> &str;
    /// What it looks for, for reports.
    fn value(&self) -> &str {
        ""
    }
    /// Without what it cannot match.
    fn needs(&self) -> Needs {
        Needs::nothing()
    }
    /// Texts in lower case of which it needs at least one, in any case, to match; none are needed if it is empty.
    fn literals(&self) -> &[String] {
        &[]
    }
    /// Where it matches.
    fn find(&self, text: &str) -> Option<Range<usize>>;
}

/// The operator of a condition.
pub(crate) enum Operator {
    /// Reads text, after the transformations.
    Text(Box<dyn TextOperator>),
    /// Compares scalars of any type.
    Equals(Equals),
    /// Compares numbers.
    Compares(Comparison),
    /// Is satisfied by the address (and key path) being there.
    Exists,
    /// Is satisfied by the key path not being there, once the address is.
    Absent,
    /// Looks for inputs of the request in what is about to be done.
    Sink(Detector),
}

impl Operator {
    pub(crate) fn name(&self) -> &str {
        match self {
            Operator::Text(operator) => operator.name(),
            Operator::Equals(equals) => equals.name(),
            Operator::Compares(comparison) => comparison.name(),
            Operator::Exists => "exists",
            Operator::Absent => "!exists",
            Operator::Sink(detector) => detector.name(),
        }
    }

    pub(crate) fn value(&self) -> &str {
        match self {
            Operator::Text(operator) => operator.value(),
            Operator::Equals(equals) => equals.value(),
            Operator::Compares(comparison) => comparison.value(),
            Operator::Exists | Operator::Absent | Operator::Sink(_) => "",
        }
    }
}
