//! Strings, quoted names and comments: everything with an end to look for.

use super::{is_blank, starts_name, Read, Scanner};
use crate::Kind;

impl Scanner<'_> {
    /// From `skip` bytes before an opening `quote`; a doubled quote is content.
    pub(super) fn quoted(&mut self, skip: usize, quote: u8, escapes: bool, kind: Kind) -> Read {
        self.at += skip + 1;
        while self.at < self.bytes.len() {
            match self.peek(0) {
                b'\\' if escapes => self.at += 2,
                byte if byte == quote && self.peek(1) == quote => self.at += 2,
                byte if byte == quote => return self.one(kind),
                _ => self.at += 1,
            }
        }
        self.at = self.bytes.len();
        (kind, false)
    }

    pub(super) fn bracketed(&mut self) -> Read {
        self.take_while(|byte| byte != b']');
        if self.at < self.bytes.len() {
            return self.one(Kind::QuotedIdentifier);
        }
        (Kind::QuotedIdentifier, false)
    }

    /// `$tag$ ... $tag$`, if one opens here.
    pub(super) fn dollar_quoted(&mut self) -> Option<Read> {
        let rest = &self.bytes[self.at..];
        let tag = 2 + rest[1..].iter().position(|byte| *byte == b'$')?;
        let name = &rest[1..tag - 1];
        let is_name = name.first().is_none_or(|byte| starts_name(*byte));
        if !is_name || !name.iter().all(|byte| starts_name(*byte) || byte.is_ascii_digit()) {
            return None;
        }
        // A needle that starts with a dollar sign and holds none inside overlaps itself only at its ends.
        let close = find(&rest[tag..], &rest[..tag]);
        self.at = close.map_or(self.bytes.len(), |at| self.at + tag + at + tag);
        Some((Kind::String, close.is_some()))
    }

    pub(super) fn dashes_comment(&self) -> bool {
        let next = self.peek(2);
        !self.dialect.dashes_need_blank() || is_blank(next) || next < b' '
    }

    pub(super) fn line_comment(&mut self) -> Read {
        self.take_while(|byte| byte != b'\n');
        (Kind::Comment, true)
    }

    pub(super) fn block_comment(&mut self) -> Read {
        let mut depth = 0usize;
        while self.at < self.bytes.len() {
            match (self.peek(0), self.peek(1)) {
                (b'/', b'*') if depth == 0 || self.dialect.nested_comments() => depth += 1,
                (b'*', b'/') => depth -= 1,
                _ => {
                    self.at += 1;
                    continue;
                }
            }
            self.at += 2;
            if depth == 0 {
                return (Kind::Comment, true);
            }
        }
        self.at = self.bytes.len();
        (Kind::Comment, false)
    }
}

fn find(text: &[u8], needle: &[u8]) -> Option<usize> {
    let mut from = 0;
    while let Some(dollar) = text[from..].iter().position(|byte| *byte == b'$') {
        from += dollar;
        if text[from..].starts_with(needle) {
            return Some(from);
        }
        from += 1;
    }
    None
}
