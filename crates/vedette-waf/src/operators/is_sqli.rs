//! `is_sqli`: the text would be an injection in a typical SQL statement.

use std::ops::Range;

use super::{sqli, TextOperator};
use crate::specials::{of_all, Needs};

/// Marks that injections are made of.
const MARKS: &[u8] = b"'\"`()=#;<>|&";
/// Marks that dates and paths have too, and that mean something in pairs.
const COMMENTS: &[u8] = b"-/";

/// See [`sqli`].
pub(crate) struct IsSqli;

impl TextOperator for IsSqli {
    fn name(&self) -> &str {
        "is_sqli"
    }

    /// What [`sqli::find`] reports has at least one of these, but for `1 or true` and `union select` without any mark:
    /// the first is too common to look at every sentence for, the second has a rule of its own.
    fn needs(&self) -> Needs {
        Needs(vec![of_all(MARKS) | of_all(COMMENTS)])
    }

    fn find(&self, text: &str) -> Option<Range<usize>> {
        let has_mark = text.bytes().any(|byte| MARKS.contains(&byte));
        let may_be_code = has_mark || text.contains("--") || text.contains("/*");
        if may_be_code {
            sqli::find(text)
        } else {
            None
        }
    }
}
