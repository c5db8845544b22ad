//! The state of one request.

use std::sync::Arc;

use super::matches::Matches;
use super::sinks::Inputs;
use super::texts::Texts;
use super::walk::{has, Walk};
use crate::clock::Clock;
use crate::data::{Address, Data};
use crate::fingerprints;
use crate::limits::{Limits, Truncated};
use crate::outcome::Outcome;
use crate::rules::{Plans, Ruleset};

/// One request (or message, or job): is told of data as it becomes known, and remembers what has matched.
pub struct Request {
    rules: Arc<Ruleset>,
    limits: Limits,
    matches: Matches,
    inputs: Inputs,
}

impl Request {
    /// Nothing is known of it yet.
    pub fn new(rules: Arc<Ruleset>, limits: Limits) -> Self {
        let matches = Matches::new(&rules);
        Request { rules, limits, matches, inputs: Inputs::default() }
    }

    /// Evaluates `new`, in order; what was given before is not looked at again, but for the detectors at sinks
    /// (`server.db.statement`), which look for earlier inputs in what is new.
    pub fn evaluate(&mut self, new: Vec<(Address, Data)>) -> Outcome {
        let started = Clock::start();
        let mut outcome = Outcome::default();
        let rules = Arc::clone(&self.rules);
        if !rules.filters.is_empty() {
            self.inspect(&rules.filters, &new, started, &mut outcome);
        }
        self.inspect(&rules.plans, &new, started, &mut outcome);
        let is_sink = |address: &str| rules.plans.get(address).is_some_and(|plan| !plan.sinks.is_empty());
        let (sinks, data): (Vec<_>, Vec<_>) = new.into_iter().partition(|(address, _)| is_sink(address));
        self.inputs.keep(data, &rules);
        for (address, data) in &sinks {
            let in_time = || started.elapsed() <= self.limits.time;
            let depth = self.limits.depth + 1;
            outcome.timed_out |= self.inputs.sink((address, data), depth, &rules, &mut self.matches, in_time);
            outcome.sinks += 1;
        }
        self.inputs.keep(sinks, &rules);
        outcome.findings = std::mem::take(&mut self.matches.findings);
        for finding in &mut outcome.findings {
            finding.attributes = self.inputs.attributes(&rules, &finding.rule_id);
        }
        outcome.micros = started.elapsed().as_micros() as u64;
        outcome
    }

    /// What identifies the client's program, the endpoint, the way here and the session: name and fingerprint.
    pub fn fingerprints(&self) -> Vec<(&'static str, String)> {
        fingerprints::of(|address| self.inputs.latest(address))
    }

    fn inspect(&mut self, plans: &Plans, new: &[(Address, Data)], started: Clock, outcome: &mut Outcome) {
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
                minded: false,
                plain_candidates: Default::default(),
                plain_searched: false,
            };
            texts.scalars(&[], None);
            texts.absences(|key_path| has(data, key_path));
            let truncated: &mut Truncated = &mut outcome.truncated;
            let mut walk = Walk { limits: self.limits, truncated, elements: &mut elements };
            walk.through(data, &mut Vec::new(), &mut texts);
            texts.report(&mut outcome.truncated);
        }
    }
}
