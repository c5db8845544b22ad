//! Full-width forms of ASCII, and letters that some databases and file systems take for quotes and slashes, as ASCII.

/// None if there are none.
pub(super) fn fold(text: &str) -> Option<String> {
    let changed = text.chars().any(|letter| folded(letter) != letter);
    changed.then(|| text.chars().map(folded).collect())
}

fn folded(letter: char) -> char {
    match letter {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(letter as u32 - 0xfee0).unwrap_or(letter),
        '\u{2bc}' | '\u{2b9}' | '\u{2032}' => '\'',
        '\u{2ba}' | '\u{2033}' => '"',
        '\u{2039}' | '\u{2329}' | '\u{3008}' | '\u{fe64}' => '<',
        '\u{203a}' | '\u{232a}' | '\u{3009}' | '\u{fe65}' => '>',
        '\u{2044}' | '\u{2215}' => '/',
        '\u{2216}' | '\u{fe68}' => '\\',
        _ => letter,
    }
}
