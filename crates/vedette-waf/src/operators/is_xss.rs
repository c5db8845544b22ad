//! `is_xss`: the text would run a script in a typical HTML page.

use std::ops::Range;

use super::{xss, TextOperator};
use crate::specials::{of_all, Needs};

/// See [`xss`].
pub(crate) struct IsXss;

impl TextOperator for IsXss {
    fn name(&self) -> &str {
        "is_xss"
    }

    /// A tag, a handler, or an address with a scheme.
    fn needs(&self) -> Needs {
        Needs(vec![of_all(b"<=:")])
    }

    fn find(&self, text: &str) -> Option<Range<usize>> {
        xss::find(text)
    }
}
