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
    let kinds = |start: u32, end: u32| {
        let ascii = (start..=end.min(127)).fold(0, |set, letter| set | specials::of_byte(letter as u8));
        ascii | if end > 127 { specials::WIDE } else { 0 }
    };
    match class {
        Class::Unicode(class) => {
            class.iter().fold(0, |set, range| set | kinds(range.start().into(), range.end().into()))
        }
        Class::Bytes(class) => {
            class.iter().fold(0, |set, range| set | kinds(range.start().into(), range.end().into()))
        }
    }
}
