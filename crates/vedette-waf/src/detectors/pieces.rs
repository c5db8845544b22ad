//! The pieces that applications cut values into: what is behind a name (`host=...`, `file:...`), between quotation marks,
//! in a list.

/// Items of a list that are looked for.
const MOST_ITEMS: usize = 8;
/// Bytes of a piece that is not there by chance.
const SHORTEST: usize = 3;

/// The pieces of a text that are not all of it.
pub(super) fn of(text: &str) -> impl Iterator<Item = &str> {
    let behind = |mark: &str| text.split_once(mark).map(|(_, rest)| rest);
    let listed = |mark: char| text.contains(mark).then(|| text.split(mark).take(MOST_ITEMS));
    let value = behind(":").filter(|rest| !rest.starts_with("//"));
    let named = [behind("="), value, behind("://").map(from_path), within_marks(text)];
    let items = [listed(','), listed('|')].into_iter().flatten().flatten();
    named.into_iter().flatten().chain(items).map(str::trim).filter(|piece| piece.len() >= SHORTEST)
}

/// Of what is behind a scheme the path, with its slash.
fn from_path(rest: &str) -> &str {
    rest.find('/').map_or("", |at| &rest[at..])
}

fn within_marks(text: &str) -> Option<&str> {
    let pair = (text.chars().next()?, text.chars().next_back()?);
    let is_pair =
        matches!(pair, ('"', '"') | ('\'', '\'') | ('<', '>') | ('[', ']') | ('(', ')') | ('{', '}'));
    (is_pair && text.len() > 2).then(|| &text[1..text.len() - 1])
}

#[cfg(test)]
mod tests {
    fn pieces(text: &str) -> Vec<&str> {
        super::of(text).collect()
    }

    #[test]
    fn names_lists_and_marks_are_taken_off() {
        assert_eq!(pieces("host=a; id"), ["a; id"]);
        assert_eq!(pieces("file:///etc/passwd"), ["/etc/passwd"]);
        assert_eq!(pieces("one,../x|"), ["one", "../x|", "one,../x"]);
        assert_eq!(pieces("\"a; id\""), ["a; id"]);
        assert_eq!(pieces("plain words"), Vec::<&str>::new());
        assert_eq!(pieces("\u{e9}=\u{e9}\u{e9}"), ["\u{e9}\u{e9}"]);
    }
}
