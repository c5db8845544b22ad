//! `hidden_ascii_match`: letters that no reader sees, made of Unicode's tag characters (U+E0000 to U+E007F), as prompts
//! are smuggled to language models.

use std::ops::Range;

use super::TextOperator;
use crate::specials::{Needs, WIDE};

/// See above.
pub(crate) struct HiddenAscii;

/// What all tag characters begin with in UTF-8.
const LEAD: &[u8] = b"\xf3\xa0";

impl TextOperator for HiddenAscii {
    fn name(&self) -> &str {
        "hidden_ascii_match"
    }

    fn needs(&self) -> Needs {
        Needs(vec![WIDE])
    }

    fn find(&self, text: &str) -> Option<Range<usize>> {
        let start = memchr::memmem::find_iter(text.as_bytes(), LEAD).find(|at| is_tag(&text[*at..]))?;
        let length: usize =
            text[start..].chars().take_while(|letter| is_hidden(*letter)).map(char::len_utf8).sum();
        Some(start..start + length)
    }
}

fn is_tag(rest: &str) -> bool {
    rest.chars().next().is_some_and(is_hidden)
}

fn is_hidden(letter: char) -> bool {
    ('\u{e0000}'..='\u{e007f}').contains(&letter)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hidden_letters_are_found_and_flags_of_letters_are_not() {
        let hidden: String = "ignore".chars().filter_map(|c| char::from_u32(0xe0000 + c as u32)).collect();
        let text = format!("be nice{hidden}, please");
        assert_eq!(HiddenAscii.find(&text), Some(7..7 + hidden.len()));
        assert_eq!(HiddenAscii.find("\u{f0000} \u{e0100} \u{1f3f4}"), None);
    }
}
