//! What follows a command's name.

use super::starts::{Mark, Start};
use super::word::Word;

/// Up to the end of the command.
pub(super) struct Arguments<'a> {
    words: Vec<&'a str>,
    /// The mark that ends the command; a blank at the end of the text.
    end: char,
    /// Whether something is read from or written to a file.
    redirected: bool,
}

/// Words that are looked at.
const MOST: usize = 16;

pub(super) fn of<'a>(text: &'a str, start: &Start, word: &Word) -> Arguments<'a> {
    let rest = &text[word.end..];
    let rest = if start.mark == Mark::Braces { rest.trim_start_matches(',') } else { rest };
    let is_end = |letter: char| matches!(letter, '\n' | ';' | '|' | '&' | '`' | ')' | '#');
    let length = rest.find(is_end).unwrap_or(rest.len());
    let end = rest[length..].chars().next().unwrap_or(' ');
    let blank = |letter: char| letter.is_ascii_whitespace() || letter == ',';
    let own =
        rest[..length].trim_matches(|letter: char| letter.is_ascii_whitespace() || "\"'}".contains(letter));
    let words: Vec<&str> = own
        .split(blank)
        .flat_map(|word| word.split("${IFS"))
        .flat_map(|word| word.split("$IFS"))
        .map(|word| word.trim_start_matches('}'))
        .filter(|word| !word.is_empty())
        .take(MOST)
        .collect();
    let redirected = is_redirected(own);
    // `|id|`, not the `| id |` of a table.
    let end = if length == 0 && end == '|' { ' ' } else { end };
    Arguments { words, end, redirected }
}

impl Arguments<'_> {
    /// Nothing, and the command ends here.
    pub(super) fn are_none(&self) -> bool {
        self.words.is_empty()
    }

    pub(super) fn first(&self) -> &str {
        self.words.first().copied().unwrap_or("")
    }

    pub(super) fn len(&self) -> usize {
        self.words.len()
    }

    /// Whether nothing comes after the command but what cuts off or mirrors the rest of the application's own.
    pub(super) fn end_all(&self) -> bool {
        matches!(self.end, ' ' | ')' | '`' | '#' | '&' | ';' | '\n')
    }

    pub(super) fn has_option(&self) -> bool {
        let is_plain = |word: &str| word.bytes().all(|byte| byte.is_ascii_alphabetic());
        let second = self.words.get(1).filter(|_| !is_plain(self.first()));
        self.words.first().into_iter().chain(second).any(|word| is_option(word))
    }

    pub(super) fn has_file(&self) -> bool {
        let is_root = self.len() <= 2 && self.words.contains(&"/");
        self.redirected || is_root || self.words.iter().any(|word| is_file(word))
    }

    /// A name or address of a machine.
    pub(super) fn has_host(&self) -> bool {
        self.words.iter().any(|word| is_host(word))
    }

    /// Several plain words in a row: a sentence.
    pub(super) fn is_prose(&self) -> bool {
        let is_plain =
            |word: &&&str| word.bytes().all(|byte| byte.is_ascii_alphabetic() || b",.!?'".contains(&byte));
        self.words.iter().filter(is_plain).count() >= 2 && !self.has_option() && !self.has_file()
    }
}

fn is_option(word: &str) -> bool {
    let rest = word.trim_start_matches('-');
    let dashes = word.len() - rest.len();
    (1..=2).contains(&dashes) && rest.starts_with(|letter: char| letter.is_ascii_alphanumeric())
        || word.len() <= 3 && word.starts_with('/') && word.len() > 1
}

fn is_file(word: &str) -> bool {
    if word.contains(['<', '>', '(', ')']) {
        return false;
    }
    let word = word.trim_matches(['"', '\'']);
    let has_folder = word.contains('/') && word.len() > 1 || word.contains('\\') || word.starts_with('~');
    let has_suffix = word.rsplit_once('.').is_some_and(|(stem, suffix)| {
        !stem.is_empty()
            && (1..=5).contains(&suffix.len())
            && suffix.bytes().all(|byte| byte.is_ascii_alphanumeric())
    });
    let is_special = word == "*"
        || word.starts_with('$')
        || word.trim_end_matches('?').contains(['*', '?']) && word.len() > 2;
    let is_variable = word.len() > 2 && word.starts_with('%') && word[1..].contains('%');
    has_folder || has_suffix || is_special || is_variable
}

fn is_host(word: &str) -> bool {
    let word = word.trim_matches(['"', '\'']).rsplit('@').next().unwrap_or("");
    let is_dotted = |part: &str| {
        part.split_once('.').is_some_and(|(first, rest)| {
            let is_name = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
            !first.is_empty()
                && first.bytes().all(is_name)
                && rest.starts_with(|letter: char| letter.is_ascii_alphanumeric())
        })
    };
    word.split(':').any(is_dotted)
        || word.contains("://")
        || word == "localhost"
        || word.starts_with(['$', '`'])
}

/// Whether something is read from or written to a file; tags of HTML do neither.
fn is_redirected(own: &str) -> bool {
    let has_tag = own.split_once('<').is_some_and(|(_, rest)| rest.contains('>'));
    let is_mark = |pair: &[u8]| {
        matches!(pair[0], b'<' | b'>') && (pair[1].is_ascii_alphabetic() || b"/.~&>".contains(&pair[1]))
    };
    !has_tag && own.as_bytes().windows(2).any(is_mark) || own.contains("> /")
}
