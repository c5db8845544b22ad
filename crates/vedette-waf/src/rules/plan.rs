//! Conditions by the address they look at, so that a value is walked and transformed once for all of them.

use aho_corasick::AhoCorasick;
use foldhash::{HashMap, HashMapExt, HashSet};

use super::{Condition, Input};
use crate::operators::Operator;
use crate::specials::{Needs, Specials};
use crate::transforms::Transform;

/// Whether a condition looks at the keys of maps or at values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Source {
    /// Keys of maps.
    Keys,
    /// Everything else.
    Values,
}

/// What to do with the data of one address.
#[derive(Default)]
pub(crate) struct Plan {
    /// Conditions that read text.
    pub(crate) groups: Vec<Group>,
    /// Conditions that compare scalars or ask for presence: number, key path.
    pub(crate) scalars: Vec<(usize, Vec<String>)>,
    /// Conditions whose sink this is.
    pub(crate) sinks: Vec<usize>,
}

/// Conditions that read the same texts.
pub(crate) struct Group {
    pub(crate) source: Source,
    pub(crate) key_path: Vec<String>,
    pub(crate) transforms: Vec<Transform>,
    pub(crate) entries: Vec<Entry>,
    /// A text with none of these is of no interest to any entry.
    pub(crate) any: Specials,
    /// All literals that entries need, searched for in one pass.
    literals: Option<Literals>,
}

/// The literals of a group.
struct Literals {
    search: AhoCorasick,
    /// For each literal the entry that needs it.
    owners: Vec<usize>,
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
}

impl Group {
    /// Marks the entries one of whose literals is in `text`.
    pub(crate) fn search(&self, text: &str, candidates: &mut Candidates) {
        candidates.0.clear();
        candidates.0.resize(self.entries.len().div_ceil(64), 0);
        let Some(literals) = &self.literals else { return };
        for found in literals.search.find_overlapping_iter(text) {
            candidates.add(literals.owners[found.pattern().as_usize()]);
        }
    }

    /// Without the search every entry is tried; that happens only if the literals are too many for it.
    fn prepare(&mut self, conditions: &[Condition]) {
        let (mut all, mut owners) = (Vec::new(), Vec::new());
        for (number, entry) in self.entries.iter_mut().enumerate() {
            let Operator::Text(operator) = &conditions[entry.condition].operator else { continue };
            entry.has_literals = !operator.literals().is_empty();
            all.extend(operator.literals());
            owners.extend(operator.literals().iter().map(|_| number));
        }
        let search = AhoCorasick::builder().ascii_case_insensitive(true).build(all).ok();
        self.literals = search.map(|search| Literals { search, owners });
        let usable = self.literals.is_some();
        self.entries.iter_mut().for_each(|entry| entry.has_literals &= usable);
    }
}

pub(crate) struct Entry {
    pub(crate) condition: usize,
    pub(crate) needs: Needs,
    pub(crate) has_literals: bool,
}

/// The plans by address, and the addresses to keep for detectors.
pub(super) fn lay_out(conditions: &[Condition]) -> (HashMap<String, Plan>, HashSet<String>) {
    let (mut plans, mut kept) = (HashMap::<String, Plan>::new(), HashSet::default());
    for (number, condition) in conditions.iter().enumerate() {
        for input in &condition.inputs {
            plans.entry(input.address.clone()).or_default().add(number, condition, input);
        }
        if let Operator::Sql(detector) = &condition.operator {
            kept.extend(detector.params.iter().chain(&detector.system).map(|input| input.address.clone()));
        }
    }
    plans.values_mut().flat_map(|plan| &mut plan.groups).for_each(|group| group.prepare(conditions));
    (plans, kept)
}

impl Plan {
    fn add(&mut self, number: usize, condition: &Condition, input: &Input) {
        match &condition.operator {
            Operator::Text(operator) => {
                let group = self.group(input, &condition.transforms);
                let needs = operator.needs();
                group.any |= needs.rarest();
                group.entries.push(Entry { condition: number, needs, has_literals: false });
            }
            Operator::Equals(_) | Operator::Exists => self.scalars.push((number, input.key_path.clone())),
            Operator::Sql(_) => self.sinks.push(number),
        }
    }

    fn group(&mut self, input: &Input, transforms: &[Transform]) -> &mut Group {
        let is_it = |group: &Group| {
            group.source == input.source && group.key_path == input.key_path && group.transforms == transforms
        };
        let at = self.groups.iter().position(is_it).unwrap_or_else(|| {
            let (source, key_path) = (input.source, input.key_path.clone());
            self.groups.push(Group {
                source,
                key_path,
                transforms: transforms.to_vec(),
                entries: Vec::new(),
                any: 0,
                literals: None,
            });
            self.groups.len() - 1
        });
        &mut self.groups[at]
    }
}
