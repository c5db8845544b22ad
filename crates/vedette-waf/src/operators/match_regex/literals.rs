//! Literals of which every match of an expression has at least one, in lower case.

use regex_syntax::hir::{Class, Hir, HirKind};

/// Shorter ones are in every text.
const SHORTEST: usize = 2;
/// More make the search slower than they save.
const MOST: usize = 96;

/// None required: empty.
pub(super) fn of(hir: &Hir) -> Vec<String> {
    required(hir).unwrap_or_default()
}

fn required(hir: &Hir) -> Option<Vec<String>> {
    match hir.kind() {
        HirKind::Capture(capture) => required(&capture.sub),
        HirKind::Repetition(repetition) if repetition.min > 0 => required(&repetition.sub),
        HirKind::Alternation(parts) => {
            let all: Vec<String> = parts.iter().map(required).collect::<Option<Vec<_>>>()?.concat();
            (all.len() <= MOST).then_some(all)
        }
        HirKind::Concat(parts) => best_of(parts),
        HirKind::Literal(_) => fixed(hir).filter(|text| text.len() >= SHORTEST).map(|text| vec![text]),
        _ => None,
    }
}

/// Of a sequence's runs of fixed letters, and of the parts between them, the one that is rarest in texts.
fn best_of(parts: &[Hir]) -> Option<Vec<String>> {
    let (mut candidates, mut run) = (Vec::new(), String::new());
    for part in parts {
        match fixed(part) {
            Some(text) => run.push_str(&text),
            None => {
                candidates.push(vec![std::mem::take(&mut run)]);
                candidates.extend(required(part));
            }
        }
    }
    candidates.push(vec![run]);
    let long_enough = |all: &Vec<String>| all.iter().all(|one| one.len() >= SHORTEST);
    let rarity =
        |all: &Vec<String>| (all.iter().map(String::len).min().unwrap_or(0).min(5), usize::MAX - all.len());
    candidates.into_iter().filter(|all| !all.is_empty()).filter(long_enough).max_by_key(rarity)
}

/// The text of a part that matches just one, letters in either case taken as one.
fn fixed(part: &Hir) -> Option<String> {
    match part.kind() {
        HirKind::Literal(literal) if literal.0.is_ascii() => {
            String::from_utf8(literal.0.to_vec()).ok().map(|text| text.to_ascii_lowercase())
        }
        HirKind::Class(class) => letter(class).map(String::from),
        HirKind::Capture(capture) => fixed(&capture.sub),
        _ => None,
    }
}

/// The letter of a class such as `[aA]`.
fn letter(class: &Class) -> Option<char> {
    let Class::Bytes(class) = class else { return None };
    match class.ranges() {
        [upper, lower] if upper.start() == upper.end() && lower.start() == lower.end() => {
            let is_pair =
                upper.start().is_ascii_uppercase() && upper.start().to_ascii_lowercase() == lower.start();
            is_pair.then(|| char::from(lower.start()))
        }
        _ => None,
    }
}
