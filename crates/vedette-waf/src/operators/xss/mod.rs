//! Text that would run a script in an HTML page, judged without the page.
//!
//! The text is read as a browser would read it (HTML Living Standard, 13.2.5) where an application may have put it:
//! between tags, inside an attribute's value that a quote of the text ends, or as an address of its own. It is an attack
//! if that reading has an event handler, a script with code in it, an address that is a script, or an element that loads
//! foreign content. Mere mentions (`the <script> tag`), formatting and comparisons are not.

mod danger;
mod tag;

use std::ops::Range;

use tag::Tag;

/// Tags and quotes of a text that are looked at.
const MOST: usize = 256;
/// Quotes that could end the application's attribute.
const MOST_QUOTES: usize = 8;

/// Where the text would act as a script.
///
/// ```
/// use vedette_waf::xss;
/// assert!(xss::find("<img src=x onerror=alert(1)>").is_some());
/// assert!(xss::find("a <b>bold</b> claim: 1 < 2").is_none());
/// ```
pub fn find(text: &str) -> Option<Range<usize>> {
    in_tags(text)
        .or_else(|| in_attributes(text))
        .or_else(|| danger::script_address(text).then_some(0..text.len()))
}

fn in_tags(text: &str) -> Option<Range<usize>> {
    let starts = memchr::memchr_iter(b'<', text.as_bytes()).take(MOST);
    starts
        .filter_map(|at| Tag::at(text, at))
        .find(|tag| danger::of_tag(tag, &text[tag.end..]))
        .map(|tag| tag.start..tag.end)
}

/// Attributes behind a quote that ends the application's own, or from the start where it used none.
fn in_attributes(text: &str) -> Option<Range<usize>> {
    if !text.contains('=') {
        return None;
    }
    let quotes = memchr::memchr3_iter(b'"', b'\'', b'`', text.as_bytes()).take(MOST_QUOTES);
    let starts = quotes.map(|at| at + 1).chain(starts_bare(text).then_some(0));
    starts
        .map(|at| (at, tag::attributes(text, at)))
        .find_map(|(at, (attributes, end))| attributes.iter().any(danger::works_alone).then_some(at..end))
}

/// A text of few words that begins as attributes do; longer ones are sentences that mention a handler.
fn starts_bare(text: &str) -> bool {
    text.find('=').is_some_and(|at| text[..at].split_ascii_whitespace().count() <= 2)
}

#[cfg(test)]
mod tests;
