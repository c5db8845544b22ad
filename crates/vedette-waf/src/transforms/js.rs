//! `jsDecode`: escapes of JavaScript strings (ECMA-262, 12.9.4): `\x27`, `\u0027`, `\u{27}`, `\n`, `\'`.

use super::hex;

pub(super) fn decode(text: &str) -> Option<String> {
    run(text, true)
}

/// Only the escapes that hide a character behind its number.
pub(super) fn decode_numbers(text: &str) -> Option<String> {
    run(text, false)
}

fn run(text: &str, single: bool) -> Option<String> {
    let mut out = String::with_capacity(text.len());
    let (mut rest, mut changed) = (text, false);
    while let Some(at) = rest.find('\\') {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let decoded = numbered(rest.as_bytes()).or_else(|| if single { simple(rest) } else { None });
        let (length, letter) = decoded.unwrap_or((1, '\\'));
        changed |= decoded.is_some();
        out.push(letter);
        rest = &rest[length..];
    }
    out.push_str(rest);
    changed.then_some(out)
}

fn numbered(rest: &[u8]) -> Option<(usize, char)> {
    let (length, code) = match rest.get(1)? {
        b'x' => (4, hex(rest.get(2..4))?),
        b'u' if rest.get(2) == Some(&b'{') => {
            let digits = rest[3..].iter().take(6).take_while(|byte| byte.is_ascii_hexdigit()).count();
            (rest.get(3 + digits) == Some(&b'}')).then_some(())?;
            (digits + 4, hex(rest.get(3..3 + digits))?)
        }
        b'u' => (6, hex(rest.get(2..6))?),
        _ => return None,
    };
    Some((length, char::from_u32(code)?))
}

fn simple(rest: &str) -> Option<(usize, char)> {
    let letter = rest[1..].chars().next()?;
    let meant = match letter {
        'n' => '\n',
        't' => '\t',
        'r' => '\r',
        'b' => '\u{8}',
        'f' => '\u{c}',
        'v' => '\u{b}',
        '0' => '\0',
        other => other,
    };
    Some((1 + letter.len_utf8(), meant))
}
