//! Text that would be an SQL injection, judged without the statement.
//!
//! The text is read as the database would read it if the application put it into a statement: bare (behind `id = `), and
//! from each quote that could close the application's string. Each reading's tokens become a string of one-letter
//! [codes](codes), and a few patterns over those codes say what continues a statement in a way that plain language and
//! source code do not: a condition behind a closed string, a second query, a second statement, a comment that cuts off
//! the rest. Marks alone prove nothing: "O'Brien", "rock 'n' roll" and "select a plan -- today" are no injections.
//!
//! Limits: complete statements without anything before them are not reported, since people send those to each other.

mod codes;
mod patterns;

use std::ops::Range;

use codes::Reading;

/// Quotes from which a reading is tried; an attack behind more of them is found by its bare reading, or not.
const MOST_QUOTES: usize = 12;

/// Where the text would act as SQL.
///
/// ```
/// use vedette_waf::sqli;
/// assert!(sqli::find("x' OR 1=1 --").is_some());
/// assert!(sqli::find("it's 1 or 2 of O'Brien's").is_none());
/// ```
pub fn find(text: &str) -> Option<Range<usize>> {
    let revealed = reveal_versioned(text);
    let text = revealed.as_deref().unwrap_or(text);
    patterns::BARE
        .find(&Reading::bare(text))
        .or_else(|| behind_quotes(text, b'\''))
        .or_else(|| behind_quotes(text, b'"'))
}

/// Every other quote: of a balanced pair in the text only the first could be the application's end.
fn behind_quotes(text: &str, quote: u8) -> Option<Range<usize>> {
    let quotes = memchr::memchr_iter(quote, text.as_bytes()).take(MOST_QUOTES).step_by(2);
    quotes.map(|at| Reading::behind_quote(text, at)).find_map(|reading| patterns::QUOTED.find(&reading))
}

/// MySQL runs what stands in `/*!50000 ... */`: blanks instead of the marks, so that offsets stay.
fn reveal_versioned(text: &str) -> Option<String> {
    if !text.contains("/*!") {
        return None;
    }
    let mut bytes = text.as_bytes().to_vec();
    let mut at = 0;
    while at + 2 <= bytes.len() {
        let length = match &bytes[at..] {
            [b'/', b'*', b'!', rest @ ..] => {
                3 + rest.iter().take(6).take_while(|byte| byte.is_ascii_digit()).count()
            }
            [b'*', b'/', ..] => 2,
            _ => 0,
        };
        bytes[at..at + length].fill(b' ');
        at += length.max(1);
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests;
