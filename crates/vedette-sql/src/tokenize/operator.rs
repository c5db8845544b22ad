//! Operators, the longest first.

use super::{Read, Scanner};
use crate::Kind;

const THREE: [&[u8; 3]; 7] = [b"<=>", b"->>", b"#>>", b"!~*", b"~~*", b"!~~", b"@@@"];
const TWO: [&[u8; 2]; 28] = [
    b"<>", b"!=", b"<=", b">=", b"==", b":=", b"::", b"->", b"#>", b"#-", b"@>", b"<@", b"&&", b"||", b"<<",
    b">>", b"~*", b"!~", b"~~", b"=>", b"**", b"^=", b"?|", b"?&", b"@@", b"@?", b"%%", b"^@",
];
const ONE: &[u8] = b"+-*/%=<>!~^&|#@:?";

impl Scanner<'_> {
    pub(super) fn operator(&mut self) -> Read {
        let rest = &self.bytes[self.at..];
        if THREE.iter().any(|operator| rest.starts_with(*operator)) {
            self.at += 3;
        } else if TWO.iter().any(|operator| rest.starts_with(*operator)) {
            self.at += 2;
        } else {
            let kind = if ONE.contains(&rest[0]) { Kind::Operator } else { Kind::Other };
            return self.one(kind);
        }
        (Kind::Operator, true)
    }
}
