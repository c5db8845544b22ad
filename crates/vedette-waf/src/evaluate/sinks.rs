//! The request's inputs, kept for what happens later: the detectors of exploits, and attributes that rules ask for.

use crate::data::{Address, Data};
use crate::detectors::candidates::{self, Candidate};
use crate::detectors::{Detector, Reading};
use crate::operators::Operator;
use crate::outcome::{sink_excerpt, Sink};
use crate::rules::{Attribute, Input, Ruleset};
use crate::transforms;

use super::destinations::{Destinations, REDIRECT};
use super::matches::Matches;
use super::walk::at;

/// Inputs between two looks at the clock, which costs more than most of them.
const CLOCK_EVERY: usize = 32;

/// Data kept of one address: of a stream that has no end, the messages that came last.
const MOST_OF_ADDRESS: usize = 64;

/// Data of the addresses that are needed later.
#[derive(Default)]
pub(super) struct Inputs {
    kept: Vec<(Address, Data)>,
    /// Inputs among `kept` that could be code; made when the first sink is reached.
    candidates: Option<Vec<Candidate>>,
    destinations: Destinations,
}

impl Inputs {
    /// Keeps what is needed later. What only describes a sink (the kind of database) takes the place of its last value.
    pub(super) fn keep(&mut self, data: Vec<(Address, Data)>, rules: &Ruleset) {
        for (address, data) in data {
            if address == REDIRECT {
                self.destinations.redirected(&data);
            } else if rules.context.contains(address.as_ref()) {
                self.kept.retain(|(known, _)| *known != address);
                self.kept.push((address, data));
            } else if rules.kept.contains(address.as_ref()) {
                self.candidates = None;
                self.make_room(&address);
                self.kept.push((address, data));
            }
        }
    }

    fn make_room(&mut self, address: &Address) {
        let is_it = |(known, _): &(Address, Data)| known == address;
        if self.kept.iter().filter(|kept| is_it(kept)).count() >= MOST_OF_ADDRESS {
            let oldest = self.kept.iter().position(is_it);
            oldest.map(|oldest| self.kept.remove(oldest));
        }
    }

    /// What was given last for an address.
    pub(super) fn latest(&self, address: &str) -> Option<&Data> {
        self.kept.iter().rev().find(|(known, _)| known == address).map(|(_, data)| data)
    }

    /// Runs the detectors whose sink this is; true if time ran out.
    pub(super) fn sink(
        &mut self,
        (address, data): (&Address, &Data),
        depth: usize,
        rules: &Ruleset,
        matches: &mut Matches,
        in_time: impl Fn() -> bool,
    ) -> bool {
        let sinks = rules.plans.get(address.as_ref()).map_or(&[][..], |plan| &plan.sinks);
        let candidates = self.candidates.take().unwrap_or_else(|| self.collect(depth));
        let mut timed_out = false;
        for condition in sinks {
            let Operator::Sink(detector) = &rules.conditions[*condition].operator else { continue };
            let Some(reading) = detector.read(data, self.context(detector)) else { continue };
            let look = Look { condition: *condition, detector, reading: &*reading, rules };
            let inputs = || candidates.iter().chain(&self.destinations.followed);
            let injected = look.injected(inputs(), matches, &mut timed_out, &in_time);
            let chosen = look.chosen(inputs(), matches).cloned();
            if let Some((candidate, highlight)) = injected {
                look.tell(candidate, highlight, (address, data), matches);
            }
            if let Some((candidate, url)) = chosen.zip(data.text()) {
                self.destinations.choose(url, &candidate);
            }
        }
        self.candidates = Some(candidates);
        timed_out
    }

    fn collect(&self, depth: usize) -> Vec<Candidate> {
        let mut all = Vec::new();
        for (address, data) in &self.kept {
            candidates::collect(address, data, depth, &mut all);
        }
        all
    }

    /// The text given last for one of a detector's context inputs.
    fn context(&self, detector: &Detector) -> &str {
        let is_it =
            |address: &Address| detector.context.iter().any(|input| input.address == address.as_ref());
        let texts = self.kept.iter().rev().filter(|(address, _)| is_it(address));
        texts.filter_map(|(_, data)| data.text()).next().unwrap_or_default()
    }

    /// The attributes that a rule asks for, as far as they are known.
    pub(super) fn attributes(&self, rules: &Ruleset, id: &str) -> Vec<(String, Data)> {
        let rule = rules.rules.iter().find(|rule| rule.id == id);
        let wanted = rule.map_or(&[][..], |rule| &rule.output.attributes);
        wanted
            .iter()
            .filter_map(|(name, attribute)| Some((name.clone(), self.attribute(attribute)?)))
            .collect()
    }

    fn attribute(&self, attribute: &Attribute) -> Option<Data> {
        match attribute {
            Attribute::Fixed(data) => Some(data.clone()),
            Attribute::Of(input) => transformed(at(self.latest(&input.address)?, &input.key_path)?, input),
        }
    }
}

/// One detector at one sink.
struct Look<'a> {
    condition: usize,
    detector: &'a Detector,
    reading: &'a dyn Reading,
    rules: &'a Ruleset,
}

impl Look<'_> {
    /// The first input that changed the structure of what is about to be done, and the part that it wrote.
    fn injected<'c>(
        &self,
        inputs: impl Iterator<Item = &'c Candidate>,
        matches: &Matches,
        timed_out: &mut bool,
        in_time: &impl Fn() -> bool,
    ) -> Option<(&'c Candidate, String)> {
        let mut goes_on = |number: usize| {
            *timed_out |= number % CLOCK_EVERY == CLOCK_EVERY - 1 && !in_time();
            !*timed_out
        };
        let numbered = inputs.enumerate().take_while(|(number, _)| goes_on(*number));
        numbered.map(|(_, candidate)| candidate).find_map(|candidate| {
            let injection = candidate.forms.iter().find_map(|form| self.reading.injection(form));
            injection.filter(|_| self.counts(candidate, matches)).map(|highlight| (candidate, highlight))
        })
    }

    /// The first input that chose where it goes.
    fn chosen<'c>(
        &self,
        mut inputs: impl Iterator<Item = &'c Candidate>,
        matches: &Matches,
    ) -> Option<&'c Candidate> {
        let chooses = |candidate: &&Candidate| {
            candidate.forms.iter().any(|form| self.reading.is_chosen_by(form))
                && self.counts(candidate, matches)
        };
        if self.reading.is_choosable() {
            inputs.find(chooses)
        } else {
            None
        }
    }

    /// Whether the rule looks at where an input comes from, and no exclusion takes it out.
    fn counts(&self, candidate: &Candidate, matches: &Matches) -> bool {
        candidate.is_from(&self.detector.params)
            && !matches.is_bypassed(self.condition, self.rules, candidate)
    }

    fn tell(
        &self,
        candidate: &Candidate,
        highlight: String,
        (address, data): (&Address, &Data),
        matches: &mut Matches,
    ) {
        let (from, path) = (candidate.address.as_ref(), candidate.key_path.clone());
        let before = matches.findings.len();
        matches.add(self.condition, self.rules, from, || path, sink_excerpt(&candidate.text), highlight);
        matches.at_sink(before, &Sink { address: address.to_string(), value: sink_excerpt(&as_text(data)) });
    }
}

/// A scalar as an attribute; of a list its first one.
fn transformed(data: &Data, input: &Input) -> Option<Data> {
    match data {
        Data::Str(text) => Some(Data::Str(sink_excerpt(&transforms::apply_all(&input.transforms, text)))),
        Data::List(items) => transformed(items.first()?, input),
        Data::Map(_) | Data::Null => None,
        scalar => Some(scalar.clone()),
    }
}

/// What is about to be done, for the report: a command's words side by side, a document as JSON writes it.
fn as_text(data: &Data) -> String {
    match data {
        Data::Str(text) => text.clone(),
        Data::List(items) => items.iter().map(as_text).collect::<Vec<_>>().join(" "),
        Data::Map(items) => {
            let pair = |(key, item): &(String, Data)| format!("{key:?}: {}", quoted(item));
            format!("{{{}}}", items.iter().map(pair).collect::<Vec<_>>().join(", "))
        }
        Data::Bool(value) => value.to_string(),
        Data::Int(value) => value.to_string(),
        Data::Double(value) => value.to_string(),
        Data::Null => "null".into(),
    }
}

fn quoted(data: &Data) -> String {
    match data {
        Data::Str(text) => format!("{text:?}"),
        other => as_text(other),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_an_endless_stream_the_last_messages_are_kept() {
        let mut rules = Ruleset::parse(br#"{"version": "2.2", "rules": []}"#).unwrap().0;
        rules.kept.insert("message".into());
        let mut inputs = Inputs::default();
        for number in 0..1_000 {
            inputs.keep(vec![("message".into(), Data::Int(number))], &rules);
        }
        assert_eq!(inputs.kept.len(), MOST_OF_ADDRESS);
        assert_eq!(inputs.latest("message"), Some(&Data::Int(999)));
    }
}
