//! `cssDecode`: escapes of CSS (CSS Syntax 3, 4.3.7): one to six hexadecimal digits and a blank, or the character itself.

use super::hex;

pub(super) fn decode(text: &str) -> Option<String> {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('\\') {
        out.push_str(&rest[..at]);
        rest = &rest[at + 1..];
        let digits = rest.bytes().take(6).take_while(u8::is_ascii_hexdigit).count();
        if digits > 0 {
            let code = hex(rest.as_bytes().get(..digits)).and_then(char::from_u32);
            out.push(code.unwrap_or(char::REPLACEMENT_CHARACTER));
            rest = &rest[digits..];
            rest = rest.strip_prefix([' ', '\t', '\n']).unwrap_or(rest);
        }
    }
    out.push_str(rest);
    Some(out)
}
