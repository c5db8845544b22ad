//! Hexadecimal and decimal ids, read strictly and written without allocation.

const DIGITS: &[u8; 16] = b"0123456789abcdef";

/// Reads lower-case digits (W3C Trace Context forbids others). None if empty, too long or with other characters.
pub(super) fn lower(text: &str) -> Option<u128> {
    read(text, |byte| match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'a'..=b'f' => Some(byte - b'a' + 10),
        _ => None,
    })
}

/// Reads digits of any case.
pub(super) fn any(text: &str) -> Option<u128> {
    read(text, |byte| (byte as char).to_digit(16).map(|digit| digit as u8))
}

#[inline]
fn read(text: &str, digit: impl Fn(u8) -> Option<u8>) -> Option<u128> {
    if text.is_empty() || text.len() > 32 {
        return None;
    }
    // Two halves of 64 bits: shifting 128 bits for every digit costs twice the time.
    let (high, low) = text.as_bytes().split_at(text.len().saturating_sub(16));
    let half =
        |bytes: &[u8]| bytes.iter().try_fold(0u64, |sum, byte| Some(sum << 4 | u64::from(digit(*byte)?)));
    Some(u128::from(half(high)?) << 64 | u128::from(half(low)?))
}

/// Reads a decimal id; blanks around it are allowed, signs are not.
pub(super) fn decimal(text: &str) -> Option<u64> {
    let text = text.trim();
    if text.as_bytes().first()?.is_ascii_digit() {
        text.parse().ok()
    } else {
        None
    }
}

/// Appends 16 digits.
pub(super) fn push64(line: &mut String, number: u64) {
    let mut digits = [0u8; 16];
    for (at, slot) in digits.iter_mut().enumerate() {
        *slot = DIGITS[(number >> (60 - 4 * at) & 15) as usize];
    }
    line.push_str(std::str::from_utf8(&digits).unwrap_or_default());
}

/// Appends 32 digits.
pub(super) fn push128(line: &mut String, number: u128) {
    push64(line, (number >> 64) as u64);
    push64(line, number as u64);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_come_back_as_they_were_written() {
        for number in [1u128, 0xabcdef, u128::MAX, 1 << 64, 0x640c_fd8d_0000_0000_abcd_efab_1234_5678] {
            let mut line = String::new();
            push128(&mut line, number);
            assert_eq!(line, format!("{number:032x}"));
            assert_eq!(lower(&line), Some(number));
            assert_eq!(any(&line.to_uppercase()), Some(number));
        }
    }

    #[test]
    fn what_is_no_number_is_refused() {
        for text in ["", "g", "+1", "-1", " 1", "1 ", "A", "é", &"1".repeat(33)] {
            assert_eq!(lower(text), None, "{text:?}");
        }
        for text in ["", " ", "+1", "-1", "1.0", "0x1", "18446744073709551616", "1_0", "１"] {
            assert_eq!(decimal(text), None, "{text:?}");
        }
        assert_eq!(decimal(" 18446744073709551615 "), Some(u64::MAX));
    }
}
