//! `htmlEntityDecode`: character references as browsers read them, numeric and the named ones of ASCII marks
//! (HTML Living Standard, 13.5).

/// Names of marks that attacks are made of.
const NAMES: &[(&str, char)] = &[
    ("lt", '<'),
    ("gt", '>'),
    ("amp", '&'),
    ("quot", '"'),
    ("apos", '\''),
    ("nbsp", ' '),
    ("colon", ':'),
    ("lpar", '('),
    ("rpar", ')'),
    ("Tab", '\t'),
    ("NewLine", '\n'),
    ("sol", '/'),
    ("bsol", '\\'),
    ("equals", '='),
    ("semi", ';'),
    ("period", '.'),
    ("comma", ','),
    ("grave", '`'),
    ("lbrace", '{'),
    ("rbrace", '}'),
    ("lbrack", '['),
    ("rbrack", ']'),
    ("num", '#'),
    ("excl", '!'),
    ("dollar", '$'),
    ("percnt", '%'),
    ("ast", '*'),
    ("plus", '+'),
    ("quest", '?'),
    ("commat", '@'),
    ("lowbar", '_'),
    ("vert", '|'),
];
/// Digits of a reference that are read; more are padding with zeros.
const MOST_DIGITS: usize = 32;

pub(crate) fn decode(text: &str) -> Option<String> {
    run(text, true)
}

/// Numeric references, and named ones where there are no tags: editors write `&lt;` for what is shown, within tags.
pub(super) fn decode_hidden(text: &str) -> Option<String> {
    run(text, !text.contains('<'))
}

fn run(text: &str, named: bool) -> Option<String> {
    let mut out = String::with_capacity(text.len());
    let (mut rest, mut changed) = (text, false);
    while let Some(at) = rest.find('&') {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let (length, letter) =
            reference(&rest[1..], named).map_or((1, '&'), |(length, letter)| (length + 1, letter));
        changed |= length > 1;
        out.push(letter);
        rest = &rest[length..];
    }
    out.push_str(rest);
    changed.then_some(out)
}

/// Bytes behind the `&`, and what they stand for.
fn reference(text: &str, named: bool) -> Option<(usize, char)> {
    let Some(number) = text.strip_prefix('#') else {
        if !named {
            return None;
        }
        let length = text.bytes().take_while(u8::is_ascii_alphanumeric).count();
        let meant = |(name, letter): &(&str, char)| (*name == &text[..length]).then_some(*letter);
        return NAMES.iter().find_map(meant).map(|letter| (length + semicolon(&text[length..]), letter));
    };
    let (marks, digits, radix) = match number.strip_prefix(['x', 'X']) {
        Some(digits) => (2, digits, 16),
        None => (1, number, 10),
    };
    let length =
        digits.bytes().take_while(|byte| char::from(*byte).is_digit(radix)).take(MOST_DIGITS).count();
    let code = u32::from_str_radix(&digits[..length], radix).ok()?;
    Some((marks + length + semicolon(&digits[length..]), char::from_u32(code)?))
}

fn semicolon(text: &str) -> usize {
    usize::from(text.starts_with(';'))
}
