//! The kinds of characters that every match of an expression has.

use regex_syntax::hir::{Class, Hir, HirKind};

use crate::specials::{self, commonness, Needs, Specials};

pub(super) fn of(hir: &Hir) -> Needs {
    let mut sets = Vec::new();
    collect(hir, &mut sets);
    sets.sort_unstable_by_key(|set| (commonness(*set), *set));
    sets.dedup();
    Needs(sets)
}

fn collect(hir: &Hir, sets: &mut Vec<Specials>) {
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => {}
        HirKind::Literal(literal) => sets.extend(literal.0.iter().map(|byte| specials::of_byte(*byte))),
        HirKind::Class(class) => sets.push(kinds_of(class)),
        HirKind::Repetition(repetition) if repetition.min == 0 => {}
        HirKind::Repetition(repetition) => collect(&repetition.sub, sets),
        HirKind::Capture(capture) => collect(&capture.sub, sets),
        HirKind::Concat(parts) => parts.iter().for_each(|part| collect(part, sets)),
        HirKind::Alternation(parts) => {
            // One set that serves all branches: of each the most selective.
            sets.push(parts.iter().map(|part| of(part).rarest()).fold(0, |all, set| all | set));
        }
    }
}

fn kinds_of(class: &Class) -> Specials {
    let has = |byte: u8| match class {
        Class::Unicode(class) => {
            class.ranges().iter().any(|range| (range.start()..=range.end()).contains(&char::from(byte)))
        }
        Class::Bytes(class) => {
            class.ranges().iter().any(|range| (range.start()..=range.end()).contains(&byte))
        }
    };
    let is_wide = match class {
        Class::Unicode(class) => class.ranges().iter().any(|range| !range.end().is_ascii()),
        Class::Bytes(class) => class.ranges().iter().any(|range| !range.end().is_ascii()),
    };
    let ascii = (0..128u8).filter(|byte| has(*byte)).fold(0, |set, byte| set | specials::of_byte(byte));
    ascii | if is_wide { specials::WIDE } else { 0 }
}
