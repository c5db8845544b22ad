//! Conditions by the address they look at, so that a value is walked and transformed once for all of them.

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
}

pub(crate) struct Entry {
    pub(crate) condition: usize,
    pub(crate) needs: Needs,
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
    (plans, kept)
}

impl Plan {
    fn add(&mut self, number: usize, condition: &Condition, input: &Input) {
        match &condition.operator {
            Operator::Text(operator) => {
                let group = self.group(input, &condition.transforms);
                let needs = operator.needs();
                group.any |= needs.rarest();
                group.entries.push(Entry { condition: number, needs });
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
            });
            self.groups.len() - 1
        });
        &mut self.groups[at]
    }
}
