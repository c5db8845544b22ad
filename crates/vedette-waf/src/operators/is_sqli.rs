//! `is_sqli`: the text would be an injection in a typical SQL statement.

use std::ops::Range;

use super::{sqli, TextOperator};
use crate::specials::{of_all, Needs};

/// See [`sqli`].
pub(crate) struct IsSqli;

impl TextOperator for IsSqli {
    fn name(&self) -> &'static str {
        "is_sqli"
    }

    /// Everything that [`sqli::find`] reports has at least one of these.
    fn needs(&self) -> Needs {
        Needs(vec![of_all(b"'\"`()=-#/;<>|&*@+^%,!")])
    }

    fn find(&self, text: &str) -> Option<Range<usize>> {
        sqli::find(text)
    }
}
