//! `phrase_match`: one of many fixed phrases found in the text, in one pass whatever their number.

use std::ops::Range;

use aho_corasick::{AhoCorasick, MatchKind};

use super::TextOperator;
use crate::specials::{of_all, Needs};

/// The phrases, compiled.
pub(crate) struct PhraseMatch {
    phrases: AhoCorasick,
    whole_words: bool,
    needs: Needs,
}

impl PhraseMatch {
    /// Compiles `phrases`; ASCII letters match in both cases. With `whole_words` (the schema's
    /// `enforce_word_boundary`) a phrase must not touch another letter, digit or underscore.
    pub(crate) fn new(phrases: &[String], whole_words: bool) -> Result<Self, String> {
        let phrases: Vec<&String> = phrases.iter().filter(|phrase| !phrase.is_empty()).collect();
        let needs = needs_of(&phrases);
        let phrases = AhoCorasick::builder()
            .ascii_case_insensitive(true)
            .match_kind(if whole_words { MatchKind::Standard } else { MatchKind::LeftmostFirst })
            .build(phrases)
            .map_err(|error| error.to_string())?;
        Ok(PhraseMatch { phrases, whole_words, needs })
    }

    fn find_whole(&self, text: &str) -> Option<Range<usize>> {
        let is_word = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_';
        let bytes = text.as_bytes();
        self.phrases.find_overlapping_iter(text).map(|found| found.range()).find(|found| {
            let before = found.start.checked_sub(1).and_then(|at| bytes.get(at));
            !before.is_some_and(is_word) && !bytes.get(found.end).is_some_and(is_word)
        })
    }
}

/// For each phrase its marks; letters are no need, because their case is free.
fn needs_of(phrases: &[&String]) -> Needs {
    let is_mark = |byte: &u8| byte.is_ascii() && !byte.is_ascii_alphabetic();
    let rarest = |phrase: &String| {
        let marks: Vec<u8> = phrase.bytes().filter(is_mark).collect();
        Needs(marks.iter().map(|byte| of_all(&[*byte])).collect()).rarest()
    };
    Needs(vec![phrases.iter().fold(0, |all, phrase| all | rarest(phrase))])
}

impl TextOperator for PhraseMatch {
    fn name(&self) -> &str {
        "phrase_match"
    }

    fn needs(&self) -> Needs {
        self.needs.clone()
    }

    fn find(&self, text: &str) -> Option<Range<usize>> {
        if self.whole_words {
            return self.find_whole(text);
        }
        self.phrases.find(text).map(|found| found.range())
    }
}
