//! Which kinds of characters a text has, as one 64-bit set.
//!
//! Most input is plain words and numbers, and most rules need a character that plain input lacks. So a value's set is
//! made once, and a rule whose needs it does not meet is not run at all.

/// A set of kinds of bytes: one bit for each ASCII mark and control character, one each for the classes below.
pub(crate) type Specials = u64;

/// `A` to `Z`.
pub(crate) const UPPER: Specials = 1 << 58;
/// `a` to `z`.
pub(crate) const LOWER: Specials = 1 << 59;
/// `0` to `9`.
pub(crate) const DIGIT: Specials = 1 << 60;
/// Part of a character beyond ASCII.
pub(crate) const WIDE: Specials = 1 << 61;
/// Control characters but for NUL, tab, line feed and carriage return.
const CONTROL: Specials = 1 << 57;
/// Whatever a text may have.
pub(crate) const ALL: Specials = u64::MAX;

const TABLE: [Specials; 256] = table();

const fn table() -> [Specials; 256] {
    let mut table = [WIDE; 256];
    let mut byte = 0;
    let mut next = 0;
    while byte < 128 {
        table[byte] = match byte as u8 {
            b'A'..=b'Z' => UPPER,
            b'a'..=b'z' => LOWER,
            b'0'..=b'9' => DIGIT,
            1..=8 | 11 | 12 | 14..=31 | 127 => CONTROL,
            _ => {
                next += 1;
                1 << (next - 1)
            }
        };
        byte += 1;
    }
    table
}

/// The kind of one byte.
pub(crate) const fn of_byte(byte: u8) -> Specials {
    TABLE[byte as usize]
}

/// The kinds of all bytes of `bytes`.
pub(crate) const fn of_all(bytes: &[u8]) -> Specials {
    let mut set = 0;
    let mut at = 0;
    while at < bytes.len() {
        set |= of_byte(bytes[at]);
        at += 1;
    }
    set
}

/// What a text must have for an operator to match: of each set at least one kind.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Needs(pub(crate) Vec<Specials>);

impl Needs {
    /// Nothing: any text may match.
    pub(crate) fn nothing() -> Self {
        Needs(Vec::new())
    }

    /// Whether a text with these kinds may match.
    #[inline]
    pub(crate) fn met_by(&self, specials: Specials) -> bool {
        self.0.iter().all(|set| set & specials != 0)
    }

    /// The most selective set; everything if there is none.
    pub(crate) fn rarest(&self) -> Specials {
        self.0.iter().copied().min_by_key(|set| commonness(*set)).unwrap_or(ALL)
    }
}

/// How often a text has one of these, in rough proportion.
pub(crate) fn commonness(set: Specials) -> u32 {
    let letters = (set & (UPPER | LOWER)).count_ones() * 1_000;
    let others = (set & (DIGIT | WIDE | of_all(b" .-_,"))).count_ones() * 100;
    letters + others + set.count_ones()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_mark_has_a_bit_of_its_own() {
        let marks: Vec<u8> =
            (0..128u8).filter(|byte| !byte.is_ascii_alphanumeric() && !byte.is_ascii_control()).collect();
        let bits: std::collections::HashSet<_> = marks.iter().map(|byte| of_byte(*byte)).collect();
        assert_eq!(bits.len(), marks.len());
        assert!(bits.iter().all(|bit| bit & (UPPER | LOWER | DIGIT | WIDE | CONTROL) == 0));
    }

    #[test]
    fn needs_are_met_when_every_set_is_touched() {
        let needs = Needs(vec![of_all(b"<"), of_all(b"=(")]);
        assert!(needs.met_by(of_all(b"<a(")));
        assert!(!needs.met_by(of_all(b"<a>")));
        assert!(Needs::nothing().met_by(0));
    }
}
