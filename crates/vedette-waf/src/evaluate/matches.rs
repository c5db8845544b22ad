//! What has matched so far in a request, and the findings that come of it.

use crate::detectors::candidates::Candidate;
use crate::outcome::{Finding, Sink};
use crate::rules::{Instead, Owner, Ruleset};

/// What has matched so far.
pub(super) struct Matches {
    /// Per condition: the match, until its rule is complete.
    parts: Vec<Option<Part>>,
    /// Per exclusion: whether its conditions are met.
    excluding: Vec<bool>,
    pub(super) findings: Vec<Finding>,
}

/// A condition that is met.
#[derive(Clone, Default)]
struct Part {
    address: String,
    key_path: Vec<String>,
    value: String,
    highlight: String,
}

impl Matches {
    pub(super) fn new(rules: &Ruleset) -> Self {
        let excluding = rules.exclusions.iter().map(|exclusion| exclusion.conditions.is_empty()).collect();
        Matches { parts: vec![None; rules.conditions.len()], excluding, findings: Vec::new() }
    }

    /// Whether a condition needs no further look.
    pub(super) fn has(&self, condition: usize) -> bool {
        self.parts[condition].is_some()
    }

    /// Notes that a condition is met, and reports its rule if it was the last one.
    pub(super) fn add(
        &mut self,
        condition: usize,
        rules: &Ruleset,
        address: &str,
        key_path: impl FnOnce() -> Vec<String>,
        value: String,
        highlight: String,
    ) {
        let part = Part { address: address.to_owned(), key_path: key_path(), value, highlight };
        match rules.conditions[condition].owner {
            Owner::Exclusion(number) => {
                self.parts[condition] = Some(part);
                let mut conditions = rules.exclusions[number].conditions.clone();
                self.excluding[number] = conditions.all(|condition| self.has(condition));
            }
            Owner::Rule(number) => self.add_to_rule(condition, number, rules, part),
        }
    }

    fn add_to_rule(&mut self, condition: usize, number: usize, rules: &Ruleset, part: Part) {
        let rule = &rules.rules[number];
        let instead = self.instead(rules, number, &part.address, &part.key_path);
        if instead == Some(&Instead::Bypass) || (self.has(condition) && !rule.at_sink) {
            return;
        }
        self.parts[condition] = Some(part);
        if rule.conditions.clone().all(|condition| self.has(condition)) {
            let mut finding = self.finding(condition, number, rules);
            match instead {
                Some(Instead::Monitor) => finding.on_match.clear(),
                Some(Instead::Action(action)) => finding.on_match = vec![action.clone()],
                _ => {}
            }
            self.findings.push(finding);
        }
    }

    /// Whether an exclusion takes an input out of a condition's rule.
    pub(super) fn is_bypassed(&self, condition: usize, rules: &Ruleset, input: &Candidate) -> bool {
        let Owner::Rule(rule) = rules.conditions[condition].owner else { return false };
        self.instead(rules, rule, &input.address, &input.key_path) == Some(&Instead::Bypass)
    }

    /// What an exclusion makes of a rule's match; a bypass stands against the others.
    fn instead<'r>(
        &self,
        rules: &'r Ruleset,
        rule: usize,
        address: &str,
        path: &[String],
    ) -> Option<&'r Instead> {
        let exclusions = rules.rules[rule].exclusions.iter().filter(|number| self.excluding[**number]);
        let meant = exclusions
            .map(|number| &rules.exclusions[*number])
            .filter(|exclusion| exclusion.covers(address, path))
            .map(|exclusion| &exclusion.instead);
        meant.reduce(|first, other| if *other == Instead::Bypass { other } else { first })
    }

    /// Adds the sink to the findings made since there were `before`.
    pub(super) fn at_sink(&mut self, before: usize, sink: &Sink) {
        for finding in self.findings.iter_mut().skip(before) {
            finding.sink = Some(sink.clone());
        }
    }

    fn finding(&self, condition: usize, rule: usize, rules: &Ruleset) -> Finding {
        let (condition, part) =
            (&rules.conditions[condition], self.parts[condition].clone().unwrap_or_default());
        let rule = &rules.rules[rule];
        Finding {
            rule_id: rule.id.clone(),
            rule_name: rule.name.clone(),
            tags: rule.tags.clone(),
            operator: condition.operator.name().to_owned(),
            operator_value: condition.operator.value().to_owned(),
            address: part.address,
            key_path: part.key_path,
            value: part.value,
            highlight: Vec::from_iter((!part.highlight.is_empty()).then_some(part.highlight)),
            sink: None,
            on_match: rule.on_match.clone(),
            event: rule.output.event,
            keep: rule.output.keep,
            attributes: Vec::new(),
        }
    }
}
