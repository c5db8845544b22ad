//! `is_shell`: our own; the text would add a command to a typical shell command.

use std::ops::Range;

use super::{shell, TextOperator};
use crate::specials::{of_all, Needs};

/// See [`shell`].
pub(crate) struct IsShell;

impl TextOperator for IsShell {
    fn name(&self) -> &str {
        "is_shell"
    }

    /// What separates commands, and a letter or wildcard to name one.
    fn needs(&self) -> Needs {
        Needs(vec![of_all(b";|&`$\n<>")])
    }

    fn find(&self, text: &str) -> Option<Range<usize>> {
        shell::find(text)
    }
}
