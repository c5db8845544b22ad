//! `compressWhitespace` and `removeWhitespace`: all blanks of Unicode count.

pub(super) fn compress(text: &str) -> Option<String> {
    let bytes = text.as_bytes();
    let only_single_blanks =
        !bytes.iter().any(|byte| matches!(byte, b'\t'..=b'\r' | 0x80..)) && !text.contains("  ");
    if only_single_blanks {
        return None;
    }
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        let blank = letter.is_whitespace();
        if !blank || !out.ends_with(' ') {
            out.push(if blank { ' ' } else { letter });
        }
    }
    Some(out)
}

pub(super) fn remove(text: &str) -> Option<String> {
    Some(text.chars().filter(|letter| !letter.is_whitespace()).collect())
}
