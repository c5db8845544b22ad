//! Which rules an override or an exclusion is about: by id, or by tags that all have to be there.

use serde_json::Value;

use super::file::RawTarget;
use super::Rule;

/// Whether one of `targets` means the rule; none at all mean every rule.
pub(super) fn mean(targets: &[RawTarget], rule: &Rule) -> bool {
    targets.is_empty() || targets.iter().any(|target| means(target, rule))
}

fn means(target: &RawTarget, rule: &Rule) -> bool {
    let by_id = target.rule_id.as_deref() == Some(&rule.id);
    by_id
        || (target.rule_id.is_none()
            && !target.tags.is_empty()
            && target.tags.iter().all(|tag| has(rule, tag)))
}

fn has(rule: &Rule, (name, value): (&String, &Value)) -> bool {
    rule.tags.iter().any(|(key, own)| key == name && Some(own.as_str()) == value.as_str())
}
