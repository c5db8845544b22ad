//! Overrides: rules switched on or off, or given other consequences, without changing them.

use serde::Deserialize;
use serde_json::Value;

use super::file::{RawOverride, RawTarget};
use super::{targets, Diagnostics, Failure, Rule};

/// Applies overrides in their order; those that name rules stand against those that name tags.
pub(super) fn apply(overrides: &[Value], rules: &mut [Rule], diagnostics: &mut Diagnostics) {
    let mut read = Vec::new();
    for (at, value) in overrides.iter().enumerate() {
        match RawOverride::deserialize(value) {
            Ok(one) => read.push(with_id(one)),
            Err(error) => {
                let id = format!("override #{at}");
                diagnostics.failed.push(Failure { id, reason: error.to_string() });
            }
        }
    }
    let names_rules = |one: &RawOverride| one.rules_target.iter().any(|target| target.rule_id.is_some());
    read.sort_by_key(names_rules);
    for one in &read {
        rules
            .iter_mut()
            .filter(|rule| targets::mean(&one.rules_target, rule))
            .for_each(|rule| change(rule, one));
    }
}

fn with_id(mut one: RawOverride) -> RawOverride {
    if let Some(id) = one.id.take().filter(|_| one.rules_target.is_empty()) {
        one.rules_target.push(RawTarget { rule_id: Some(id), ..RawTarget::default() });
    }
    one
}

fn change(rule: &mut Rule, one: &RawOverride) {
    rule.enabled = one.enabled.unwrap_or(rule.enabled);
    if let Some(on_match) = &one.on_match {
        rule.on_match.clone_from(on_match);
    }
}
