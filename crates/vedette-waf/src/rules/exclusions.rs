//! Exclusions: rules that do not count in some requests, or not for some of their inputs.

use serde::Deserialize;
use serde_json::Value;

use super::compile::{self, Compiled};
use super::file::{File, RawExclusion};
use super::{targets, Condition, Diagnostics, Failure, Rule};

/// What becomes of a rule that is excluded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Instead {
    /// It does not count.
    Bypass,
    /// It is reported, without consequences.
    Monitor,
    /// It has this consequence.
    Action(String),
}

/// In which requests, and for which inputs.
pub(crate) struct Exclusion {
    /// Positions of its conditions in `Ruleset::conditions`; all have to be met.
    pub(crate) conditions: std::ops::Range<usize>,
    /// Address and key path; none are the whole request.
    pub(crate) inputs: Vec<(String, Vec<String>)>,
    pub(crate) instead: Instead,
}

impl Exclusion {
    /// Whether an input is one of those it is about. `*` in a key path is any step.
    pub(crate) fn covers(&self, address: &str, path: &[String]) -> bool {
        let is_under = |wanted: &[String]| {
            path.len() >= wanted.len()
                && path.iter().zip(wanted).all(|(step, wanted)| wanted == "*" || step == wanted)
        };
        self.inputs.is_empty() || self.inputs.iter().any(|(from, wanted)| from == address && is_under(wanted))
    }
}

/// Reads the exclusions of a file; notes with each rule which ones mean it.
pub(super) fn read(
    file: &File,
    rules: &mut [Rule],
    conditions: &mut Vec<Condition>,
    diagnostics: &mut Diagnostics,
) -> Vec<Exclusion> {
    let mut all = Vec::new();
    for (at, value) in file.exclusions.iter().enumerate() {
        let id =
            value.get("id").and_then(Value::as_str).map_or_else(|| format!("exclusion #{at}"), str::to_owned);
        match one(value, file, all.len(), conditions.len()) {
            Ok((exclusion, mut own, raw)) => {
                let meant = rules.iter_mut().filter(|rule| targets::mean(&raw.rules_target, rule));
                meant.for_each(|rule| rule.exclusions.push(all.len()));
                conditions.append(&mut own);
                all.push(exclusion);
            }
            Err(reason) => diagnostics.failed.push(Failure { id, reason }),
        }
    }
    all
}

fn one(
    value: &Value,
    file: &File,
    number: usize,
    first: usize,
) -> Compiled<(Exclusion, Vec<Condition>, RawExclusion)> {
    let raw = RawExclusion::deserialize(value).map_err(|error| error.to_string())?;
    if raw.conditions.is_empty() && raw.inputs.is_empty() && raw.rules_target.is_empty() {
        return Err("it would exclude everything".into());
    }
    let conditions: Vec<Condition> = raw
        .conditions
        .iter()
        .map(|one| compile::condition(one, &[], file, super::Owner::Exclusion(number)))
        .collect::<Compiled<_>>()?;
    let instead = match raw.on_match.as_deref() {
        None | Some("bypass") => Instead::Bypass,
        Some("monitor") => Instead::Monitor,
        Some(action) => Instead::Action(action.to_owned()),
    };
    let inputs = raw.inputs.iter().map(|input| (input.address.clone(), input.key_path.clone())).collect();
    let exclusion = Exclusion { conditions: first..first + conditions.len(), inputs, instead };
    Ok((exclusion, conditions, raw))
}
