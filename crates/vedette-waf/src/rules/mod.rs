//! Rule files, and how they are laid out for evaluation.
//!
//! Read are `version`, `metadata.rules_version`, `rules`, `custom_rules`, `rules_override`, `exclusions`, `actions`,
//! `rules_data` and `exclusion_data`; of a rule `id`, `name`, `enabled`, `tags`, `conditions`, `transformers`, `on_match`
//! `output`, `min_version` and `max_version`; `rules_compat` are rules. What `processors` make is made without them.
//! Other fields are let pass, so that files made for other engines load. What cannot be used is reported and skipped.

mod actions;
mod check;
mod compile;
mod exclusions;
mod file;
mod literals;
mod output;
mod overrides;
mod plan;
mod processors;
mod targets;
mod versions;

use foldhash::{HashMap, HashSet};

use crate::clean::Clean;
use crate::fingerprints;
use crate::operators::Operator;
use crate::transforms::Transform;
pub use actions::Action;
pub use check::check;
pub(crate) use exclusions::{Exclusion, Instead};
pub(crate) use literals::Candidates;
pub(crate) use output::{Attribute, Output};
pub(crate) use plan::{Group, Plan, Plans, Source};

/// A parsed rule file. Immutable; share it with an `Arc`.
pub struct Ruleset {
    version: String,
    addresses: Vec<String>,
    pub(crate) rules: Vec<Rule>,
    pub(crate) conditions: Vec<Condition>,
    pub(crate) plans: HashMap<String, Plan>,
    /// The same for the conditions of exclusions, which are looked at first.
    pub(crate) filters: HashMap<String, Plan>,
    pub(crate) exclusions: Vec<Exclusion>,
    actions: Vec<Action>,
    /// What needs no second look.
    pub(crate) clean: Clean,
    /// Addresses whose data are needed later.
    pub(crate) kept: HashSet<String>,
    /// Addresses that describe sinks: of these only the last value is needed.
    pub(crate) context: HashSet<String>,
}

/// A file that is no rule file at all.
#[derive(Debug)]
pub struct Error(String);

impl std::fmt::Display for Error {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "rule file: {}", self.0)
    }
}

impl std::error::Error for Error {}

/// What was loaded of a rule file, and what was not.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Diagnostics {
    /// Ids of the rules in use.
    pub loaded: Vec<String>,
    /// Rules that were left out.
    pub failed: Vec<Failure>,
}

/// A rule that was left out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// Its id; its position such as `#3` if it has none.
    pub id: String,
    /// What is wrong with it.
    pub reason: String,
}

pub(crate) struct Rule {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) tags: Vec<(String, String)>,
    pub(crate) on_match: Vec<String>,
    /// What it makes of the trace.
    pub(crate) output: Output,
    /// Whether it counts at all.
    pub(crate) enabled: bool,
    /// Positions of the exclusions that mean it.
    pub(crate) exclusions: Vec<usize>,
    /// Positions of its conditions in [`Ruleset::conditions`].
    pub(crate) conditions: std::ops::Range<usize>,
    /// Whether it looks at a sink: such a rule reports every time, for each time is an exploit of its own.
    pub(crate) at_sink: bool,
}

/// Whose a condition is, by position.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Owner {
    Rule(usize),
    Exclusion(usize),
}

pub(crate) struct Condition {
    pub(crate) owner: Owner,
    pub(crate) operator: Operator,
    pub(crate) inputs: Vec<Input>,
}

/// Where a condition looks, and how what it finds there is brought into form.
pub(crate) struct Input {
    pub(crate) address: String,
    pub(crate) key_path: Vec<String>,
    pub(crate) source: Source,
    pub(crate) transforms: Vec<Transform>,
}

impl Ruleset {
    /// Reads a rule file.
    ///
    /// # Errors
    /// If it is not JSON, has no `rules`, or its version is not 2.x.
    pub fn parse(json: &[u8]) -> Result<(Ruleset, Diagnostics), Error> {
        Ruleset::merged(&[json])
    }

    /// Reads several files as one: what later ones hold adds to the earlier ones.
    ///
    /// # Errors
    /// If one is not JSON or not of version 2.x, or none has `rules`.
    pub fn merged(files: &[&[u8]]) -> Result<(Ruleset, Diagnostics), Error> {
        let file = file::read(files)?;
        let (mut rules, mut conditions, mut diagnostics) = compile::all(&file);
        overrides::apply(&file.rules_override, &mut rules, &mut diagnostics);
        let exclusions = exclusions::read(&file, &mut rules, &mut conditions, &mut diagnostics);
        let actions = actions::read(&file.actions, &mut diagnostics);
        diagnostics.failed.extend(file.complaints());
        let (plans, filters) = plan::lay_out(&conditions, &rules);
        let (mut kept, context) = plan::needed_later(&conditions, &rules);
        let mut addresses: Vec<String> =
            plans.keys().chain(filters.keys()).chain(&kept).chain(&context).cloned().collect();
        addresses.sort_unstable();
        addresses.dedup();
        kept.extend(fingerprints::ADDRESSES.iter().map(|address| (*address).to_owned()));
        let version = file.version();
        let all = Ruleset {
            version,
            addresses,
            rules,
            conditions,
            plans,
            filters,
            exclusions,
            actions,
            clean: Clean::new(),
            kept,
            context,
        };
        Ok((all, diagnostics))
    }

    /// What the consequences that rules name are, where the files say so.
    pub fn actions(&self) -> &[Action] {
        &self.actions
    }

    /// The file's `metadata.rules_version`, or else its schema version.
    pub fn version(&self) -> &str {
        &self.version
    }

    /// The addresses that some rule looks at, sorted: no other data needs to be given.
    pub fn addresses(&self) -> &[String] {
        &self.addresses
    }
}

impl std::fmt::Debug for Ruleset {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Ruleset")
            .field("version", &self.version)
            .field("rules", &self.rules.len())
            .finish_non_exhaustive()
    }
}
