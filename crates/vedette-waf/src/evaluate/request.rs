//! The state of one request.

use std::sync::Arc;

use cpu_time::ThreadTime;

use super::texts::Texts;
use super::walk::Walk;
use crate::data::{Address, Data};
use crate::detectors::candidates::{self, Candidate};
use crate::limits::{Limits, Truncated};
use crate::operators::Operator;
use crate::outcome::{sink_excerpt, Finding, Outcome, Sink};
use crate::rules::{Input, Instead, Owner, Plans, Ruleset};

/// One request (or message, or job): is told of data as it becomes known, and remembers what has matched.
pub struct Request {
    rules: Arc<Ruleset>,
    limits: Limits,
    matches: Matches,
    /// Data of the addresses that detectors need.
    kept: Vec<(Address, Data)>,
    /// Inputs among `kept` that could be code; made when the first sink is reached.
    candidates: Option<Vec<Candidate>>,
}

impl Request {
    /// Nothing is known of it yet.
    pub fn new(rules: Arc<Ruleset>, limits: Limits) -> Self {
        let matches = Matches::new(&rules);
        Request { rules, limits, matches, kept: Vec::new(), candidates: None }
    }

    /// Evaluates `new`, in order; what was given before is not looked at again, but for the detectors at sinks
    /// (`server.db.statement`), which look for earlier inputs in what is new.
    pub fn evaluate(&mut self, new: Vec<(Address, Data)>) -> Outcome {
        let started = ThreadTime::now();
        let mut outcome = Outcome::default();
        let rules = Arc::clone(&self.rules);
        if !rules.filters.is_empty() {
            self.inspect(&rules.filters, &new, started, &mut outcome);
        }
        self.inspect(&rules.plans, &new, started, &mut outcome);
        let (kept, rest): (Vec<_>, Vec<_>) =
            new.into_iter().partition(|(address, _)| rules.kept.contains(address.as_ref()));
        if !kept.is_empty() {
            self.candidates = None;
            self.kept.extend(kept);
        }
        for (address, data) in &rest {
            outcome.timed_out |= self.sink(address, data, started);
        }
        outcome.findings = std::mem::take(&mut self.matches.findings);
        outcome.micros = started.elapsed().as_micros() as u64;
        outcome
    }

    fn inspect(
        &mut self,
        plans: &Plans,
        new: &[(Address, Data)],
        started: ThreadTime,
        outcome: &mut Outcome,
    ) {
        let mut elements = 0;
        for (address, data) in new {
            let Some(plan) = plans.get(address.as_ref()) else { continue };
            let mut texts = Texts {
                rules: &self.rules,
                plan,
                address,
                limits: self.limits,
                started,
                timed_out: &mut outcome.timed_out,
                matches: &mut self.matches,
                cut: 0,
                since_clock: 0,
                candidates: Default::default(),
            };
            texts.scalars(&[], None);
            let truncated: &mut Truncated = &mut outcome.truncated;
            let mut walk = Walk { limits: self.limits, truncated, elements: &mut elements };
            walk.through(data, &mut Vec::new(), &mut texts);
            texts.report(&mut outcome.truncated);
        }
    }

    /// Runs the detectors whose sink `address` is; true if time ran out.
    fn sink(&mut self, address: &Address, data: &Data, started: ThreadTime) -> bool {
        let rules = Arc::clone(&self.rules);
        let sinks = rules.plans.get(address.as_ref()).map_or(&[][..], |plan| &plan.sinks);
        if sinks.is_empty() {
            return false;
        }
        let candidates = self.candidates.take().unwrap_or_else(|| self.collect());
        let mut timed_out = false;
        let mut in_time = || {
            timed_out |= started.elapsed() > self.limits.time;
            !timed_out
        };
        for condition in sinks {
            let Operator::Sink(detector) = &rules.conditions[*condition].operator else { continue };
            let context = latest_text(&self.kept, &detector.context).unwrap_or_default();
            let Some(reading) = detector.read(data, context) else { continue };
            let mut inputs = candidates.iter().filter(|candidate| {
                candidate.is_from(&detector.params)
                    && !self.matches.is_bypassed(*condition, &rules, candidate)
            });
            let injected = inputs.by_ref().take_while(|_| in_time()).find_map(|candidate| {
                let injection = candidate.forms.iter().find_map(|form| reading.injection(form));
                injection.map(|highlight| (candidate, highlight))
            });
            if let Some((candidate, highlight)) = injected {
                let (from, path) = (candidate.address.as_ref(), candidate.key_path.clone());
                let before = self.matches.findings.len();
                self.matches.add(*condition, &rules, from, || path, sink_excerpt(&candidate.text), highlight);
                let sink = Sink { address: address.to_string(), value: sink_excerpt(&as_text(data)) };
                self.matches.at_sink(before, &sink);
            }
        }
        self.candidates = Some(candidates);
        timed_out
    }

    fn collect(&self) -> Vec<Candidate> {
        let mut all = Vec::new();
        for (address, data) in &self.kept {
            candidates::collect(address, data, self.limits.depth + 1, &mut all);
        }
        all
    }
}

/// What is about to be done, for the report: a command's words side by side.
fn as_text(data: &Data) -> String {
    match data {
        Data::Str(text) => text.clone(),
        Data::List(items) => items.iter().map(as_text).collect::<Vec<_>>().join(" "),
        _ => String::new(),
    }
}

/// The text given last for one of `inputs`.
fn latest_text<'k>(kept: &'k [(Address, Data)], inputs: &[Input]) -> Option<&'k str> {
    let is_it = |address: &Address| inputs.iter().any(|input| input.address == address.as_ref());
    kept.iter().rev().find_map(|(address, data)| match data {
        Data::Str(text) if is_it(address) => Some(text.as_str()),
        _ => None,
    })
}

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
    fn new(rules: &Ruleset) -> Self {
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
    fn is_bypassed(&self, condition: usize, rules: &Ruleset, input: &Candidate) -> bool {
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
    fn at_sink(&mut self, before: usize, sink: &Sink) {
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
        }
    }
}
