//! Conditions by the address they look at, so that a value is walked and transformed once for all of them.

use std::sync::Arc;

use foldhash::{HashMap, HashMapExt, HashSet};

use super::literals::{literals_of, Candidates, Literals, Shared};
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
    literals: Arc<Literals>,
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
    literals: Arc<Literals>,
}

impl Group {
    /// Marks the entries one of whose literals is in `text`.
    pub(crate) fn search(&self, text: &str, conditions: &[Condition], candidates: &mut Candidates) {
        candidates.find(&self.literals, conditions, text);
    }

    fn prepare(&mut self, conditions: &[Condition], shared: &mut Shared) {
        self.literals = shared.of(self.entries.iter().map(|entry| entry.condition).collect());
        let literals = |entry: &Entry| !literals_of(entry.condition, conditions).is_empty();
        self.entries.iter_mut().for_each(|entry| entry.has_literals = literals(entry));
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
    let mut shared = Shared::default();
    plans.values_mut().chain(filters.values_mut()).for_each(|plan| plan.prepare(conditions, &mut shared));
    (plans, filters)
}

impl Plan {
    /// Marks the entries of all groups one of whose literals is in `text`.
    pub(crate) fn search(&self, text: &str, conditions: &[Condition], candidates: &mut Candidates) {
        candidates.find(&self.literals, conditions, text);
    }

    fn prepare(&mut self, conditions: &[Condition], shared: &mut Shared) {
        let mut entries = 0;
        for group in &mut self.groups {
            group.offset = entries;
            entries += group.entries.len();
            group.prepare(conditions, shared);
        }
        let all = self.groups.iter().flat_map(|group| &group.entries);
        self.literals = shared.of(all.map(|entry| entry.condition).collect());
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
                literals: Arc::default(),
            });
            self.groups.len() - 1
        });
        &mut self.groups[at]
    }
}
