//! What is not looked at value by value is looked at as text, in pieces that are inspected whole.

use crate::data::Data;

/// Bytes of a piece: below those of a text that is inspected whole, by default (`Limits::string_bytes`).
const PIECE: usize = 16 * 1024;
/// Bytes that a piece of one text has in common with the next: what lies on the border is whole in one of them.
const OVERLAP: usize = 512;

/// Texts joined to pieces, a line each.
#[derive(Debug, Default)]
pub(super) struct Pieces(Vec<String>);

impl Pieces {
    pub(super) fn add(&mut self, text: &str) {
        if text.len() > PIECE {
            self.0.extend(windows(text).map(str::to_owned));
            return;
        }
        match self.0.last_mut().filter(|piece| piece.len() + text.len() < PIECE) {
            Some(piece) => {
                piece.push('\n');
                piece.push_str(text);
            }
            None => self.0.push(text.to_owned()),
        }
    }

    /// Adds them to what was read, last and without a name.
    pub(super) fn behind(self, mut data: Data) -> Data {
        let texts = || Data::List(self.0.iter().cloned().map(Data::Str).collect());
        match &mut data {
            _ if self.0.is_empty() => {}
            Data::Map(items) => items.push((String::new(), texts())),
            Data::List(items) => items.push(texts()),
            _ => {}
        }
        data
    }
}

/// A text in pieces; a short one is itself.
#[must_use]
pub fn in_pieces(text: &str) -> Data {
    if text.len() <= PIECE {
        return Data::Str(text.to_owned());
    }
    Data::List(windows(text).map(|piece| Data::Str(piece.to_owned())).collect())
}

fn windows(text: &str) -> impl Iterator<Item = &str> {
    (0..text.len()).step_by(PIECE - OVERLAP).map(move |start| {
        let border =
            |at: usize| (0..=at.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
        &text[border(start)..border(start + PIECE)]
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(data: Data) -> Vec<String> {
        match data {
            Data::List(items) => {
                items.into_iter().filter_map(|item| item.text().map(str::to_owned)).collect()
            }
            other => other.text().map(str::to_owned).into_iter().collect(),
        }
    }

    #[test]
    fn what_lies_on_a_border_is_whole_in_one_piece() {
        for at in [0, PIECE - 5, PIECE, 3 * PIECE - 7, 100_000] {
            let text = format!("{}needle{}", "ä".repeat(at / 2), "x".repeat(50_000));
            let pieces = texts(in_pieces(&text));
            assert!(pieces.iter().any(|piece| piece.contains("needle")), "{at}");
            assert!(pieces.iter().all(|piece| piece.len() <= PIECE + 4));
        }
    }

    #[test]
    fn short_texts_share_a_piece() {
        let mut pieces = Pieces::default();
        (0..1_000).for_each(|number| pieces.add(&format!("text {number}")));
        pieces.add(&"y".repeat(40_000));
        let Data::List(mut items) = pieces.behind(Data::List(vec![])) else { panic!() };
        let joined = texts(items.remove(0));
        assert!(joined[0].contains("text 0\ntext 1\n"));
        assert!(joined.len() < 6);
    }

    #[test]
    fn nothing_is_added_where_all_was_looked_at() {
        assert_eq!(Pieces::default().behind(Data::Map(vec![])), Data::Map(vec![]));
    }
}
