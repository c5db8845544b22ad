//! A command's name as a shell reads it.

use super::starts::{Mark, Start};

/// The name of a command.
#[derive(Debug, Default)]
pub(super) struct Word {
    /// In lower case, without quotes, folder and `.exe`; with its folder if it has wildcards.
    pub(super) name: String,
    /// Whether marks that mean nothing were within it.
    pub(super) disguised: bool,
    /// Whether it was given with the folder that programs are in.
    pub(super) in_folder: bool,
    pub(super) wildcards: bool,
    /// Whether it has capital letters.
    pub(super) capital: bool,
    /// Behind it, in the text.
    pub(super) end: usize,
}

/// Bytes of a name that are read.
const LONGEST: usize = 80;
/// Words that a command may have before its name.
const BEFORE: &[&str] = &[
    "sudo", "exec", "then", "do", "else", "nohup", "env", "command", "builtin", "time", "eval", "setsid",
    "start", "call",
];

/// The name of the command that begins at `start`; None if none can.
pub(super) fn command(text: &str, start: &Start) -> Option<Word> {
    let mut last = None;
    let mut from = start.from;
    for _ in 0..3 {
        from = skipped(text, from);
        let Some(word) = read(text, from, start.mark) else { break };
        from = word.end;
        if !BEFORE.contains(&word.name.as_str()) {
            return Some(word);
        }
        last = Some(word);
    }
    last
}

/// Behind blanks, and what else may stand before a command.
fn skipped(text: &str, from: usize) -> usize {
    let mut rest = &text[from..];
    loop {
        let next = rest
            .trim_start_matches(|letter: char| letter.is_ascii_whitespace() || "({!@".contains(letter))
            .trim_start_matches("${IFS}")
            .trim_start_matches("$IFS$9")
            .trim_start_matches("$IFS");
        let next = assigned(next).unwrap_or(next);
        if next.len() == rest.len() {
            return text.len() - rest.len();
        }
        rest = next;
    }
}

/// Behind a variable that is set for the command: `X=1 id`.
fn assigned(text: &str) -> Option<&str> {
    let (name, rest) = text.split_once('=')?;
    let is_name = name.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_');
    let (value, rest) = rest.split_once(' ')?;
    (is_name && !name.is_empty() && !value.is_empty() && value.len() <= 40).then_some(rest)
}

fn read(text: &str, from: usize, mark: Mark) -> Option<Word> {
    let bytes = text.as_bytes();
    let is_braced = from > 0 && bytes[from - 1] == b'{' || mark == Mark::Braces;
    let mut word = Word::default();
    let mut at = from;
    while at < bytes.len() && at - from < LONGEST {
        let length = match bytes[at] {
            byte if byte.is_ascii_alphanumeric() || b"._-/~+".contains(&byte) => {
                word.capital |= byte.is_ascii_uppercase();
                word.name.push(char::from(byte.to_ascii_lowercase()));
                1
            }
            b'?' | b'*' | b'[' | b']' => {
                word.wildcards = true;
                word.name.push(char::from(bytes[at]));
                1
            }
            b'\\' if bytes.get(at + 1).is_some_and(u8::is_ascii_alphanumeric) => hidden(&mut word, 1),
            b'\'' | b'"' | b'^' => hidden(&mut word, 1),
            b'`' if bytes.get(at + 1) == Some(&b'`') => hidden(&mut word, 2),
            b'$' => match variable(&text[at..]) {
                0 => break,
                length => hidden(&mut word, length),
            },
            b'(' | b'=' | b':' => return None,
            b',' if !is_braced => return None,
            byte if !byte.is_ascii() => return None,
            _ => break,
        };
        at += length;
    }
    word.end = at;
    finished(word, &text[from..at])
}

/// What stands within a word and means nothing.
fn hidden(word: &mut Word, length: usize) -> usize {
    word.disguised = true;
    length
}

/// Bytes of a variable that is empty; 0 if it stands for a blank.
fn variable(rest: &str) -> usize {
    let name = &rest[1..];
    if name.starts_with("IFS") || name.starts_with("{IFS") {
        return 0;
    }
    match name.as_bytes().first() {
        Some(b'@' | b'*' | b'!' | b'#' | b'0'..=b'9') => 2,
        Some(b'{') => name.find('}').map_or(0, |end| end + 2),
        Some(b'a'..=b'z' | b'A'..=b'Z' | b'_') => {
            1 + name.bytes().take_while(|byte| byte.is_ascii_alphanumeric() || *byte == b'_').count()
        }
        _ => 0,
    }
}

fn finished(mut word: Word, written: &str) -> Option<Word> {
    // Quotes around the whole word, or at its end where the application's string ends, hide nothing.
    let inner = written.trim_matches(['"', '\'']);
    word.disguised &= !inner.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-/".contains(&byte));
    if word.wildcards {
        word.in_folder = word.name.starts_with('/') && word.name[1..].contains('/');
    } else if let Some((folder, name)) = word.name.rsplit_once('/') {
        word.in_folder = folder.ends_with("bin");
        word.name = name.to_owned();
    }
    if let Some(name) = word.name.strip_suffix(".exe") {
        word.name = name.to_owned();
    }
    (!word.name.is_empty()).then_some(word)
}
