//! Where another command may begin.

/// What is before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mark {
    Semicolon,
    Pipe,
    Ampersand,
    Newline,
    Substitution,
    Backtick,
    /// `{cat,file}`: commas for blanks.
    Braces,
}

/// One of them.
#[derive(Clone, Copy, Debug)]
pub(super) struct Start {
    pub(super) mark: Mark,
    /// Of the mark.
    pub(super) at: usize,
    /// Behind the mark.
    pub(super) from: usize,
}

/// Marks of a text that are looked at.
const MOST: usize = 64;
/// Lines of a text whose line breaks may be an attack's; more are a text of lines.
const MOST_LINES: usize = 3;

pub(super) fn of(text: &str) -> impl Iterator<Item = Start> + '_ {
    let bytes = text.as_bytes();
    let breaks = memchr::memchr_iter(b'\n', bytes).take(MOST_LINES).count();
    let is_mark = |(at, _): &(usize, &u8)| at == &0 || !(bytes[*at] == b'&' && bytes[at - 1] == b'&');
    bytes
        .iter()
        .enumerate()
        .filter(|(_, byte)| b";|&\n`$<>".contains(byte))
        .filter(is_mark)
        .take(MOST)
        .filter_map(move |(at, byte)| {
            let (mark, length) = mark(&bytes[at..], *byte)?;
            let start = Start { mark, at, from: at + length };
            allowed(text, &start, breaks).then_some(start)
        })
}

fn mark(rest: &[u8], byte: u8) -> Option<(Mark, usize)> {
    let doubled = usize::from(rest.get(1) == Some(&byte));
    match byte {
        b';' => Some((Mark::Semicolon, 1 + doubled)),
        b'|' => Some((Mark::Pipe, 1 + doubled)),
        b'&' => Some((Mark::Ampersand, 1 + doubled)),
        b'\n' => Some((Mark::Newline, 1)),
        b'`' => Some((Mark::Backtick, 1)),
        b'$' | b'<' | b'>' if rest.get(1) == Some(&b'(') => Some((Mark::Substitution, 2)),
        _ => None,
    }
}

fn allowed(text: &str, start: &Start, breaks: usize) -> bool {
    let before = &text[..start.at];
    match start.mark {
        Mark::Newline => breaks < MOST_LINES && !before.trim_end().contains(' '),
        // A closing one, and code within a sentence, are no commands.
        Mark::Backtick => {
            let after = &text[start.from..];
            let inside = after.find('`');
            let behind = inside.map_or("", |end| &after[end + 1..]);
            inside.is_some_and(|end| end > 0)
                && !before.contains(['`', ' '])
                && !behind.trim_end().contains(' ')
        }
        Mark::Semicolon => !ends_reference(before),
        // Of an address: `?a=b&sort=name`.
        Mark::Ampersand => !before.trim_start().starts_with("http"),
        _ => true,
    }
}

/// Whether the semicolon behind is that of `&amp;`.
fn ends_reference(before: &str) -> bool {
    let name = before.rsplit('&').next().unwrap_or("");
    name.len() < before.len()
        && !name.is_empty()
        && name.len() <= 8
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'#')
}
