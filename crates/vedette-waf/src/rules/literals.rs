//! The literals that conditions need, searched for in one pass over a text.

use std::sync::Arc;

use aho_corasick::AhoCorasick;
use foldhash::HashMap;
use once_cell::race::OnceBox;

use super::Condition;
use crate::clock::once;
use crate::operators::Operator;

/// The literals of some conditions. The search is built when a first text needs it: most addresses and transformers
/// have none that comes so far, and building all would take as long as everything else at start.
#[derive(Default)]
pub(crate) struct Literals {
    /// Positions of the conditions.
    of: Vec<usize>,
    search: OnceBox<Option<Search>>,
}

struct Search {
    automaton: AhoCorasick,
    /// For each literal the entry that needs it.
    owners: Vec<usize>,
}

/// The literals of which a condition needs one; none are needed if there are none.
pub(super) fn literals_of(condition: usize, conditions: &[Condition]) -> &[String] {
    match &conditions[condition].operator {
        Operator::Text(operator) => operator.literals(),
        _ => &[],
    }
}

impl Literals {
    /// None if the literals are too many.
    fn search(&self, conditions: &[Condition]) -> Option<&Search> {
        self.search.get_or_init(|| once(|| Box::new(self.built(conditions)))).as_ref()
    }

    fn built(&self, conditions: &[Condition]) -> Option<Search> {
        let (mut all, mut owners) = (Vec::new(), Vec::new());
        for (entry, condition) in self.of.iter().enumerate() {
            let literals = literals_of(*condition, conditions);
            all.extend(literals);
            owners.extend(literals.iter().map(|_| entry));
        }
        let automaton = AhoCorasick::builder().ascii_case_insensitive(true).build(all).ok()?;
        Some(Search { automaton, owners })
    }
}

/// Searches by the conditions they serve: most addresses are looked at by the same ones.
#[derive(Default)]
pub(super) struct Shared(HashMap<Vec<usize>, Arc<Literals>>);

impl Shared {
    pub(super) fn of(&mut self, conditions: Vec<usize>) -> Arc<Literals> {
        let literals = Literals { of: conditions.clone(), ..Literals::default() };
        Arc::clone(self.0.entry(conditions).or_insert_with(|| Arc::new(literals)))
    }
}

/// The entries of a group that a text is worth giving to, one bit each.
#[derive(Default)]
pub(crate) struct Candidates(Vec<u64>);

impl Candidates {
    pub(crate) fn has(&self, entry: usize) -> bool {
        self.0[entry / 64] & (1 << (entry % 64)) != 0
    }

    fn add(&mut self, entry: usize) {
        self.0[entry / 64] |= 1 << (entry % 64);
    }

    /// Marks those one of whose literals is in `text`; all, where they can't be searched for.
    pub(super) fn find(&mut self, literals: &Literals, conditions: &[Condition], text: &str) {
        let search = literals.search(conditions);
        self.0.clear();
        self.0.resize(literals.of.len().div_ceil(64), if search.is_some() { 0 } else { u64::MAX });
        let Some(search) = search else { return };
        for found in search.automaton.find_overlapping_iter(text) {
            self.add(search.owners[found.pattern().as_usize()]);
        }
    }
}
