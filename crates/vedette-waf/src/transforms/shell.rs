//! `cmdLine`: a command as a shell reads it: without the quotes, carets and backslashes that break up words,
//! separators as blanks, blanks compressed, no blank before `/` and `(`, lower case.

pub(super) fn unescape(text: &str) -> Option<String> {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '\\' | '"' | '\'' | '^' => {}
            ',' | ';' | ' ' | '\t' | '\n' | '\r' => {
                if !out.ends_with(' ') {
                    out.push(' ');
                }
            }
            '/' | '(' if out.ends_with(' ') => {
                out.pop();
                out.push(letter);
            }
            letter => out.push(letter.to_ascii_lowercase()),
        }
    }
    Some(out)
}
