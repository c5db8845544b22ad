//! Texts written in base 16, two digits a byte.

/// Digits of a text that is not there by chance.
const SHORTEST: usize = 8;

/// What the digits say, if that is a text with marks.
pub(super) fn decode_carried(text: &str) -> Option<String> {
    let digits = text.as_bytes();
    if digits.len() < SHORTEST || digits.len() % 2 == 1 {
        return None;
    }
    let bytes =
        digits.chunks(2).map(|pair| Some(super::hex(Some(pair))? as u8)).collect::<Option<Vec<u8>>>()?;
    String::from_utf8(bytes).ok().filter(|decoded| super::is_carried(decoded))
}
