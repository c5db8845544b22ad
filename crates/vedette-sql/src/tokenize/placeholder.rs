//! Values to be bound, in the five styles of PEP 249 and those of the databases.

use super::{continues_name, starts_name, Read, Scanner};
use crate::{Dialect, Kind};

const PLACEHOLDER: Option<Read> = Some((Kind::Placeholder, true));

impl Scanner<'_> {
    /// A placeholder, variable or dollar-quoted string, if one is here.
    pub(super) fn placeholder(&mut self) -> Option<Read> {
        match self.peek(0) {
            b'$' => self.dollar(),
            b'?' => self.question(),
            b':' => self.colon(),
            b'@' => self.at_sign(),
            _ => self.percent(),
        }
    }

    fn dollar(&mut self) -> Option<Read> {
        if self.peek(1).is_ascii_digit() {
            return self.digits();
        }
        let quoted = if self.dialect.dollar_quotes() { self.dollar_quoted() } else { None };
        if quoted.is_none() && self.dialect.named_dollar() && starts_name(self.peek(1)) {
            return self.name(1);
        }
        quoted
    }

    fn question(&mut self) -> Option<Read> {
        if self.dialect == Dialect::Postgresql && matches!(self.peek(1), b'|' | b'&') {
            return None;
        }
        self.digits()
    }

    fn colon(&mut self) -> Option<Read> {
        match self.peek(1) {
            first if starts_name(first) => self.name(1),
            first if first.is_ascii_digit() && self.dialect != Dialect::Postgresql => self.digits(),
            _ => None,
        }
    }

    fn at_sign(&mut self) -> Option<Read> {
        if !self.dialect.at_names() {
            return None;
        }
        match (self.peek(1), self.peek(2)) {
            (b'@', first) if starts_name(first) => {
                self.name(2);
                Some((Kind::Variable, true))
            }
            (first, _) if starts_name(first) => self.name(1),
            _ => None,
        }
    }

    /// `%s`, psycopg's `%b` and `%t`, `%(name)s`; `%string` is a modulo.
    fn percent(&mut self) -> Option<Read> {
        if !self.dialect.percent_placeholders() {
            return None;
        }
        let mut after = 1;
        if self.peek(1) == b'(' {
            let rest = &self.bytes[self.at + 2..];
            let name = rest.iter().take_while(|byte| continues_name(**byte) || **byte == b'.').count();
            if rest.get(name) != Some(&b')') {
                return None;
            }
            after = name + 3;
        }
        if !matches!(self.peek(after), b's' | b'b' | b't') || continues_name(self.peek(after + 1)) {
            return None;
        }
        self.at += after + 1;
        PLACEHOLDER
    }

    fn digits(&mut self) -> Option<Read> {
        self.at += 1;
        self.take_while(|byte| byte.is_ascii_digit());
        PLACEHOLDER
    }

    fn name(&mut self, marks: usize) -> Option<Read> {
        self.at += marks;
        self.take_while(continues_name);
        PLACEHOLDER
    }
}
