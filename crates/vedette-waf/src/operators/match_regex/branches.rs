//! The alternatives of an expression, each with what a text needs to match it: an expression that has not been compiled
//! is worth it only for a text that one of them may match.

use regex_syntax::hir::{Hir, HirKind};

use super::{literals, needs};
use crate::specials::{of_all, Needs, Specials};

/// More alternatives are not told apart.
const MOST: usize = 256;

pub(super) struct Branches(Vec<Branch>);

/// All of the kinds of characters, and one of the literals if there are any.
struct Branch {
    needs: Vec<Needs>,
    literals: Vec<String>,
}

impl Branches {
    pub(super) fn of(hir: &Hir) -> Branches {
        let all = split(hir);
        Branches(if all.len() <= MOST { all } else { vec![whole(hir)] })
    }

    /// Whatever there is.
    pub(super) fn any() -> Branches {
        Branches(vec![Branch { needs: Vec::new(), literals: Vec::new() }])
    }

    /// Whether the text may match.
    pub(super) fn allow(&self, text: &str) -> bool {
        let (specials, lower) = (of_all(text.as_bytes()), text.to_ascii_lowercase());
        self.0.iter().any(|branch| branch.allows(specials, &lower))
    }
}

impl Branch {
    fn allows(&self, specials: Specials, lower: &str) -> bool {
        self.needs.iter().all(|needs| needs.met_by(specials))
            && (self.literals.is_empty()
                || self.literals.iter().any(|literal| lower.contains(literal.as_str())))
    }
}

fn split(hir: &Hir) -> Vec<Branch> {
    match hir.kind() {
        HirKind::Alternation(parts) => parts.iter().flat_map(split).collect(),
        HirKind::Capture(capture) => split(&capture.sub),
        HirKind::Concat(parts) => split_sequence(hir, parts),
        _ => vec![whole(hir)],
    }
}

/// A sequence is split where it has most alternatives; what stands beside them is needed by each.
fn split_sequence(hir: &Hir, parts: &[Hir]) -> Vec<Branch> {
    let widest = parts.iter().map(split).max_by_key(Vec::len).unwrap_or_default();
    if widest.len() < 2 {
        return vec![whole(hir)];
    }
    let of_all = whole(hir);
    let narrowed = |mut branch: Branch| {
        branch.needs.extend(of_all.needs.iter().cloned());
        if branch.literals.is_empty() {
            branch.literals.clone_from(&of_all.literals);
        }
        branch
    };
    widest.into_iter().map(narrowed).collect()
}

fn whole(hir: &Hir) -> Branch {
    Branch { needs: vec![needs::of(hir)], literals: literals::of(hir) }
}
