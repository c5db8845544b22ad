//! `cmdi_detector`: an input of the request decides which program runs, or what it is told beside its operands.
//!
//! Detects: input that is the program's path; input that is an argument and looks like an option, where no `--` came
//! before it, or that was split into arguments of which one does; input within the line that a shell is given (`sh -c`),
//! as `shi_detector` finds it; input that is more than a value within the program that an interpreter is given
//! (`python -c`).
//! Why it matters: the client runs programs on the server.
//! Example: `--upload-pack=touch x` as the repository of `git clone`.
//! Limits: a program that is named by one plain word can't be told from the application's own choice.
//! References: CWE-78, CWE-88.

use vedette_sql::{Folded, Needle};

use super::shell::Line;
use super::Reading;
use crate::data::Data;

const SHELLS: &[&str] = &[
    "sh",
    "bash",
    "dash",
    "ash",
    "zsh",
    "ksh",
    "busybox",
    "fish",
    "su",
    "script",
    "cmd",
    "cmd.exe",
    "powershell",
    "powershell.exe",
    "pwsh",
];
/// What lets a shell elsewhere read the words behind a host.
const REMOTE: &[&str] = &["ssh", "rsh"];
const INTERPRETERS: &[&str] =
    &["python", "python2", "python3", "perl", "ruby", "node", "nodejs", "php", "lua"];

struct Command<'s> {
    arguments: Vec<(&'s str, Folded)>,
    line: Option<Line<'s>>,
    /// Position of a program in source.
    source: Option<usize>,
    /// Position of `--`.
    operands: usize,
}

/// A program and its arguments.
pub(super) fn read<'s>(sink: &'s Data, _: &str) -> Option<Box<dyn Reading + 's>> {
    let Data::List(items) = sink else { return None };
    let texts =
        items.iter().filter_map(|item| if let Data::Str(text) = item { Some(text.as_str()) } else { None });
    let arguments: Vec<_> = texts.map(|text| (text, Folded::new(text))).collect();
    let given = |programs: &[&str], flags: &[&str]| {
        let at =
            arguments.windows(2).position(|pair| is_one(pair[0].0, programs) && is_flag(pair[1].0, flags))?;
        (at + 2 < arguments.len()).then_some(at + 2)
    };
    let line = given(SHELLS, &["c", "/c", "command"])
        .or_else(|| remote(&arguments))
        .map(|at| Line::new(arguments[at].0));
    let source = given(INTERPRETERS, &["c", "e", "r"]);
    let operands = arguments.iter().position(|(text, _)| *text == "--").unwrap_or(usize::MAX);
    Some(Box::new(Command { arguments, line, source, operands }))
}

impl Command<'_> {
    fn is_injected(&self, at: usize, input: &str) -> bool {
        let (text, folded) = &self.arguments[at];
        let Some((start, end)) = folded.occurrences(input).next() else { return false };
        let is_whole = start == 0 && end == text.len();
        if self.source == Some(at) {
            return is_whole || input.contains(['\'', '"', '(', ';', '`', '\n']);
        }
        match at {
            0 => start == 0 && input.contains(['/', '\\']),
            _ => start == 0 && at < self.operands && is_option(input) && text.len() >= input.len(),
        }
    }
}

impl Command<'_> {
    /// The first option among arguments that the input was split into, all of them side by side.
    fn split_into(&self, input: &str) -> Option<usize> {
        let words: Vec<&str> = input.split_ascii_whitespace().collect();
        if words.len() < 2 || !words.iter().any(|word| word.len() > 1 && is_option(word)) {
            return None;
        }
        let are_they = |some: &[(&str, Folded)]| {
            some.iter().zip(&words).all(|((text, _), word)| text.eq_ignore_ascii_case(word))
        };
        let begin = self.arguments.windows(words.len()).position(are_they)?;
        let option = begin + words.iter().position(|word| word.len() > 1 && is_option(word))?;
        (option < self.operands).then_some(option)
    }
}

impl Reading for Command<'_> {
    fn injection(&self, input: &Needle) -> Option<String> {
        if let Some(found) = self.line.as_ref().and_then(|line| line.injection(input)) {
            return Some(found);
        }
        let plain = input.plain();
        if plain.len() < 2 || plain.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_') {
            return None;
        }
        let whole = (0..self.arguments.len()).find(|at| self.is_injected(*at, plain));
        whole.or_else(|| self.split_into(plain)).map(|at| self.arguments[at].0.to_owned())
    }
}

fn is_option(input: &str) -> bool {
    let bytes = input.as_bytes();
    bytes[0] == b'-' && (bytes[1].is_ascii_alphabetic() || (bytes[1] == b'-' && bytes.len() > 2))
}

/// Whether a program, by its path or name, is one of a list.
fn is_one(program: &str, list: &[&str]) -> bool {
    let name = program.rsplit(['/', '\\']).next().unwrap_or(program);
    list.contains(&name.trim_end_matches(|letter: char| letter.is_ascii_digit() || letter == '.'))
        || list.contains(&name)
}

/// Whether an argument is a group of one-letter flags with one of `flags` in it (`-c`, `-lc`).
fn is_flag(argument: &str, flags: &[&str]) -> bool {
    let group = argument.strip_prefix('-').unwrap_or_default();
    flags.iter().any(|flag| group.ends_with(flag) || argument.eq_ignore_ascii_case(flag))
}

/// The last argument of a remote shell, behind the host.
fn remote(arguments: &[(&str, Folded)]) -> Option<usize> {
    let last = arguments.len().checked_sub(1)?;
    (last >= 2 && is_one(arguments[0].0, REMOTE)).then_some(last)
}
