//! Conditions by the address they look at, so that a value is walked and transformed once for all of them.

use std::sync::Arc;

use aho_corasick::AhoCorasick;
use foldhash::{HashMap, HashMapExt, HashSet};

use super::{Attribute, Condition, Input, Owner, Rule};
use crate::operators::Operator;
use crate::specials::{Needs, Specials};
use crate::transforms::Transform;

/// Whether a condition looks at the keys of maps or at values.
#[derive(Clone, Copy, Debug, Hash, PartialEq, Eq)]
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
    /// Conditions that ask for the absence of a key path.
    pub(crate) absent: Vec<(usize, Vec<String>)>,
    /// Conditions whose sink this is.
    pub(crate) sinks: Vec<usize>,
    /// Whether it matters where in the data a text is.
    pub(crate) by_path: bool,
    /// Whether a text that is let pass now always will be: not so where a list whose entries end is asked for absence.
    pub(crate) lasting: bool,
    /// The literals of all groups at once, for texts that no transformer changes, as most are.
    literals: Option<Arc<Literals>>,
    /// Entries of all groups.
    entries: usize,
}

/// Conditions that read the same texts.
pub(crate) struct Group {
    pub(crate) source: Source,
    pub(crate) key_path: Vec<String>,
    pub(crate) transforms: Vec<Transform>,
    pub(crate) entries: Vec<Entry>,
    /// Entries of the groups before this one.
    pub(crate) offset: usize,
    /// A text with none of these is of no interest to any entry.
    pub(crate) any: Specials,
    /// All literals that entries need, searched for in one pass.
    literals: Option<Arc<Literals>>,
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

    fn find(&mut self, literals: Option<&Literals>, entries: usize, text: &str) {
        self.0.clear();
        self.0.resize(entries.div_ceil(64), 0);
        let Some(literals) = literals else { return };
        for found in literals.search.find_overlapping_iter(text) {
            self.add(literals.owners[found.pattern().as_usize()]);
        }
    }
}

impl Group {
    /// Marks the entries one of whose literals is in `text`.
    pub(crate) fn search(&self, text: &str, candidates: &mut Candidates) {
        candidates.find(self.literals.as_deref(), self.entries.len(), text);
    }

    fn prepare(&mut self, conditions: &[Condition], shared: &mut Shared) {
        let literals = |entry: &Entry| literals_of(entry, conditions);
        let key = self.entries.iter().map(|entry| entry.condition).collect();
        let search = || Literals::new(self.entries.iter().map(literals)).map(Arc::new);
        self.literals = shared.entry(key).or_insert_with(search).clone();
        // Without the search every entry is tried; that happens only if the literals are too many for it.
        let usable = self.literals.is_some();
        self.entries.iter_mut().for_each(|entry| entry.has_literals = usable && !literals(entry).is_empty());
    }
}

fn literals_of<'c>(entry: &Entry, conditions: &'c [Condition]) -> &'c [String] {
    match &conditions[entry.condition].operator {
        Operator::Text(operator) => operator.literals(),
        _ => &[],
    }
}

/// Searches by the conditions they serve: most addresses are looked at by the same ones.
type Shared = HashMap<Vec<usize>, Option<Arc<Literals>>>;

impl Literals {
    fn new<'l>(of_entries: impl Iterator<Item = &'l [String]>) -> Option<Self> {
        let (mut all, mut owners) = (Vec::new(), Vec::new());
        for (entry, literals) in of_entries.enumerate() {
            all.extend(literals);
            owners.extend(literals.iter().map(|_| entry));
        }
        let search = AhoCorasick::builder().ascii_case_insensitive(true).build(all).ok()?;
        Some(Literals { search, owners })
    }
}

pub(crate) struct Entry {
    pub(crate) condition: usize,
    pub(crate) needs: Needs,
    pub(crate) has_literals: bool,
}

/// Plans by address.
pub(crate) type Plans = HashMap<String, Plan>;

/// The addresses whose data are needed later: by detectors and attributes, and those that describe sinks.
pub(super) fn needed_later(conditions: &[Condition], rules: &[Rule]) -> (HashSet<String>, HashSet<String>) {
    let detectors = conditions.iter().filter_map(|condition| match &condition.operator {
        Operator::Sink(detector) => Some(detector),
        _ => None,
    });
    let attributes = rules.iter().flat_map(|rule| &rule.output.attributes);
    let asked = attributes.filter_map(|(_, attribute)| match attribute {
        Attribute::Of(input) => Some(input.address.clone()),
        Attribute::Fixed(_) => None,
    });
    let mut kept: HashSet<String> = asked.collect();
    let mut context = HashSet::default();
    for detector in detectors {
        kept.extend(detector.params.iter().map(|input| input.address.clone()));
        context.extend(detector.context.iter().map(|input| input.address.clone()));
    }
    (kept, context)
}

/// The plans of the rules, and those of the exclusions.
pub(super) fn lay_out(conditions: &[Condition], rules: &[Rule]) -> (Plans, Plans) {
    let (mut plans, mut filters) = (Plans::new(), Plans::new());
    for (number, condition) in conditions.iter().enumerate() {
        let of_owner = match condition.owner {
            Owner::Rule(rule) if !rules[rule].enabled => continue,
            Owner::Rule(_) => &mut plans,
            Owner::Exclusion(_) => &mut filters,
        };
        for input in &condition.inputs {
            of_owner.entry(input.address.clone()).or_default().add(number, condition, input);
        }
    }
    plans.values_mut().chain(filters.values_mut()).for_each(|plan| plan.settle(conditions));
    let mut shared = Shared::new();
    plans.values_mut().chain(filters.values_mut()).for_each(|plan| plan.prepare(conditions, &mut shared));
    (plans, filters)
}

impl Plan {
    /// Marks the entries of all groups one of whose literals is in `text`.
    pub(crate) fn search(&self, text: &str, candidates: &mut Candidates) {
        candidates.find(self.literals.as_deref(), self.entries, text);
    }

    /// Whether [`Plan::search`] can be used.
    pub(crate) fn has_literals(&self) -> bool {
        self.literals.is_some()
    }

    fn prepare(&mut self, conditions: &[Condition], shared: &mut Shared) {
        for group in &mut self.groups {
            group.offset = self.entries;
            self.entries += group.entries.len();
            group.prepare(conditions, shared);
        }
        let entries = || self.groups.iter().flat_map(|group| &group.entries);
        let key = entries().map(|entry| entry.condition).collect();
        let search = || Literals::new(entries().map(|entry| literals_of(entry, conditions))).map(Arc::new);
        self.literals = shared.entry(key).or_insert_with(search).clone();
    }

    fn add(&mut self, number: usize, condition: &Condition, input: &Input) {
        match &condition.operator {
            Operator::Text(operator) => {
                let group = self.group(input);
                let needs = operator.needs();
                group.any |= needs.rarest();
                group.entries.push(Entry { condition: number, needs, has_literals: false });
            }
            Operator::Equals(_) | Operator::Compares(_) | Operator::Exists => {
                self.scalars.push((number, input.key_path.clone()))
            }
            Operator::Absent => self.absent.push((number, input.key_path.clone())),
            Operator::Sink(_) => self.sinks.push(number),
        }
    }

    fn settle(&mut self, conditions: &[Condition]) {
        let is_negated = |entry: &Entry| conditions[entry.condition].operator.name().starts_with('!');
        self.by_path = self.groups.iter().any(|group| !group.key_path.is_empty());
        self.lasting = !self.groups.iter().flat_map(|group| &group.entries).any(is_negated);
    }

    fn group(&mut self, input: &Input) -> &mut Group {
        let is_it = |group: &Group| {
            group.source == input.source
                && group.key_path == input.key_path
                && group.transforms == input.transforms
        };
        let at = self.groups.iter().position(is_it).unwrap_or_else(|| {
            let (source, key_path) = (input.source, input.key_path.clone());
            self.groups.push(Group {
                source,
                key_path,
                transforms: input.transforms.clone(),
                entries: Vec::new(),
                offset: 0,
                any: 0,
                literals: None,
            });
            self.groups.len() - 1
        });
        &mut self.groups[at]
    }
}
