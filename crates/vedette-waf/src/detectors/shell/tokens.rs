//! A command line as tokens (POSIX.1-2017, Shell Command Language, 2.3), in linear time, valid or not.

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// A word, or the part of one between quotations and substitutions.
    Word,
    /// `'...'` or `"..."`, with the marks. Substitutions within double quotes are tokens of their own.
    Quoted,
    /// `;`, `|`, `&`, `(`, `)`, `<`, `>`, a line's end.
    Operator,
    /// `$(`, `${`, a backquote.
    Substitution,
    /// `#` to the line's end.
    Comment,
}

/// A token and its bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Token {
    pub(super) kind: Kind,
    pub(super) start: usize,
    pub(super) end: usize,
    /// Whether a quotation ends.
    pub(super) closed: bool,
}

/// The tokens of a command line, by their start.
pub(super) fn tokens(text: &str) -> Vec<Token> {
    let mut scan = Scan { bytes: text.as_bytes(), at: 0, found: Vec::new() };
    while scan.at < scan.bytes.len() {
        scan.one();
    }
    scan.found.sort_by_key(|token| token.start);
    scan.found
}

struct Scan<'a> {
    bytes: &'a [u8],
    at: usize,
    found: Vec<Token>,
}

impl Scan<'_> {
    fn one(&mut self) {
        let start = self.at;
        match self.bytes[start] {
            byte if is_blank(byte) => self.at += 1,
            b'\'' => self.single(),
            b'"' => self.double(),
            b'#' if start == 0
                || matches!(self.bytes[start - 1], byte if is_blank(byte) || byte == b'\n') =>
            {
                self.until(|byte| byte == b'\n');
                self.add(Kind::Comment, start, true);
            }
            _ if self.substitution(start) > 0 => {
                self.at += self.substitution(start);
                self.add(Kind::Substitution, start, true);
            }
            byte if is_operator(byte) => {
                self.at += 1;
                self.add(Kind::Operator, start, true);
            }
            _ => self.word(),
        }
    }

    fn add(&mut self, kind: Kind, start: usize, closed: bool) {
        self.found.push(Token { kind, start, end: self.at, closed });
    }

    fn until(&mut self, stop: impl Fn(u8) -> bool) {
        while self.at < self.bytes.len() && !stop(self.bytes[self.at]) {
            self.at += 1;
        }
    }

    fn single(&mut self) {
        let start = self.at;
        self.at += 1;
        self.until(|byte| byte == b'\'');
        let closed = self.at < self.bytes.len();
        self.at += usize::from(closed);
        self.add(Kind::Quoted, start, closed);
    }

    fn double(&mut self) {
        let start = self.at;
        self.at += 1;
        let mut closed = false;
        while self.at < self.bytes.len() && !closed {
            let length = self.substitution(self.at);
            if length > 0 {
                self.found.push(Token {
                    kind: Kind::Substitution,
                    start: self.at,
                    end: self.at + length,
                    closed: true,
                });
            }
            closed = self.bytes[self.at] == b'"';
            self.at += if self.bytes[self.at] == b'\\' { 2 } else { length.max(1) };
        }
        self.at = self.at.min(self.bytes.len());
        self.add(Kind::Quoted, start, closed);
    }

    fn word(&mut self) {
        let start = self.at;
        while self.at < self.bytes.len() {
            let byte = self.bytes[self.at];
            if is_blank(byte) || matches!(byte, b'\'' | b'"') || is_operator(byte) {
                break;
            }
            if self.substitution(self.at) > 0 {
                break;
            }
            self.at += if byte == b'\\' { 2 } else { 1 };
        }
        self.at = self.at.min(self.bytes.len());
        self.add(Kind::Word, start, true);
    }

    /// Length of the mark that begins (or, of backquotes, ends) a substitution here; 0 if none does.
    fn substitution(&self, at: usize) -> usize {
        match (self.bytes[at], self.bytes.get(at + 1)) {
            (b'`', _) => 1,
            (b'$', Some(b'(' | b'{')) => 2,
            _ => 0,
        }
    }
}

/// What stands between words. Other white space (form feed, vertical tab) is a letter to shells.
fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\r')
}

fn is_operator(byte: u8) -> bool {
    matches!(byte, b';' | b'|' | b'&' | b'(' | b')' | b'<' | b'>' | b'\n')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_byte_leads_on() {
        for byte in 0..=127u8 {
            let text = format!("ls {}x # y", char::from(byte));
            let found = tokens(&text);
            assert!(found.len() <= text.len() && found.iter().all(|token| token.start < token.end), "{byte}");
        }
        assert_eq!(tokens("a\u{c}b").len(), 1);
    }
}
