//! The texts of one address, given to the groups of conditions that read them.

use std::borrow::Cow;

use super::matches::Matches;
use super::walk::{is_under, names, Step, Visit};
use crate::clean;
use crate::clock::Clock;
use crate::data::Data;
use crate::limits::{Limits, Truncated};
use crate::operators::Operator;
use crate::outcome::{char_border, excerpt};
use crate::rules::{Candidates, Group, Plan, Ruleset, Source};
use crate::specials::{of_all, Specials};
use crate::transforms;

/// Shown the values of one address.
pub(super) struct Texts<'a> {
    pub(super) rules: &'a Ruleset,
    pub(super) plan: &'a Plan,
    pub(super) address: &'a str,
    pub(super) limits: Limits,
    pub(super) started: Clock,
    pub(super) timed_out: &'a mut bool,
    pub(super) matches: &'a mut Matches,
    pub(super) cut: usize,
    pub(super) since_clock: u32,
    pub(super) candidates: Candidates,
    /// Whether a condition was met by the text, or not asked.
    pub(super) minded: bool,
    /// The same of the text as it came, for all groups.
    pub(super) plain_candidates: Candidates,
    pub(super) plain_searched: bool,
}

/// Values between two looks at the clock.
const CLOCK_EVERY: u32 = 32;
/// Bytes of a text after which the clock is looked at between groups of rules, too.
const LONG: usize = 4 * 1024;

impl Visit for Texts<'_> {
    fn value(&mut self, path: &[Step<'_>], data: &Data) {
        self.scalars(path, Some(data));
        if let Data::Str(text) = data {
            self.text(Source::Values, path, text);
        }
    }

    fn carrier(&mut self, path: &[Step<'_>], data: &Data) {
        self.scalars(path, Some(data));
    }

    fn key(&mut self, path: &[Step<'_>], key: &str) {
        self.scalars(path, None);
        self.text(Source::Keys, path, key);
    }

    fn goes_on(&mut self) -> bool {
        self.since_clock += 1;
        if self.since_clock >= CLOCK_EVERY {
            self.since_clock = 0;
            self.is_late();
        }
        !*self.timed_out
    }
}

impl Texts<'_> {
    fn is_late(&mut self) -> bool {
        *self.timed_out |= self.started.elapsed() > self.limits.time;
        *self.timed_out
    }

    /// Conditions on the presence of the way `path`, and on the scalar at its end.
    pub(super) fn scalars(&mut self, path: &[Step<'_>], data: Option<&Data>) {
        for (condition, key_path) in &self.plan.scalars {
            if self.matches.has(*condition) || !is_under(path, key_path) {
                continue;
            }
            let is_met = match &self.rules.conditions[*condition].operator {
                Operator::Equals(equals) => data.is_some_and(|data| equals.matches(data)),
                Operator::Compares(comparison) => data.is_some_and(|data| comparison.matches(data)),
                _ => true,
            };
            if is_met {
                let value = data.map_or_else(String::new, scalar_text);
                self.matches.add(*condition, self.rules, self.address, || names(path), value, String::new());
            }
        }
    }

    /// Conditions on the absence of a way.
    pub(super) fn absences(&mut self, has: impl Fn(&[String]) -> bool) {
        for (condition, key_path) in &self.plan.absent {
            if !self.matches.has(*condition) && !has(key_path) {
                let path = || key_path.clone();
                self.matches.add(*condition, self.rules, self.address, path, String::new(), String::new());
            }
        }
    }

    fn text(&mut self, source: Source, path: &[Step<'_>], text: &str) {
        if text.is_empty() || !self.plan.groups.iter().any(|group| group.source == source) {
            return;
        }
        let rules = self.rules;
        let key = (self.plan.lasting && text.len() <= clean::LONGEST)
            .then(|| rules.clean.key(&self.place(source, path), text));
        if key.is_some_and(|key| rules.clean.has(key)) {
            return;
        }
        self.minded = false;
        self.judge(source, path, text);
        if let Some(key) = key.filter(|_| !self.minded) {
            rules.clean.add(key);
        }
    }

    /// Where a text is, as far as it matters to conditions.
    fn place<'p>(&self, source: Source, path: &'p [Step<'p>]) -> (usize, Source, &'p [Step<'p>]) {
        (std::ptr::from_ref(self.plan) as usize, source, if self.plan.by_path { path } else { &[] })
    }

    fn judge(&mut self, source: Source, path: &[Step<'_>], text: &str) {
        let text = self.bounded(text);
        let specials = of_all(text.as_bytes());
        let plan = self.plan;
        self.plain_searched = false;
        for group in &plan.groups {
            if group.source == source && is_under(path, &group.key_path) {
                self.group(group, path, &text, specials);
                if text.len() > LONG && self.is_late() {
                    self.minded = true;
                    return;
                }
            }
        }
        // A long text is as much work as many short ones.
        self.since_clock += (text.len() / 256) as u32;
    }

    /// The beginning and the end of a text that is too long.
    fn bounded<'t>(&mut self, text: &'t str) -> Cow<'t, str> {
        let most = self.limits.string_bytes;
        if text.len() <= most {
            return Cow::Borrowed(text);
        }
        self.cut = self.cut.max(text.len());
        let head = char_border(text, most / 4 * 3);
        let tail = char_border(text, text.len() - most / 4);
        Cow::Owned(format!("{} {}", &text[..head], &text[tail..]))
    }

    fn group(&mut self, group: &Group, path: &[Step<'_>], text: &str, specials: Specials) {
        let (text, specials) = transforms::apply(&group.transforms, text, specials);
        if specials & group.any == 0 {
            return;
        }
        let is_plain = matches!(text, Cow::Borrowed(_));
        let mut searched = false;
        for (number, entry) in group.entries.iter().enumerate() {
            if !entry.needs.met_by(specials) {
                continue;
            }
            if self.matches.has(entry.condition) {
                self.minded = true;
                continue;
            }
            if entry.has_literals && !searched {
                self.search(group, &text, is_plain);
                searched = true;
            }
            if entry.has_literals && !self.is_candidate(group, number, is_plain) {
                continue;
            }
            let Operator::Text(operator) = &self.rules.conditions[entry.condition].operator else { continue };
            if let Some(found) = operator.find(&text) {
                self.minded = true;
                let highlight =
                    text[char_border(&text, found.start)..char_border(&text, found.end)].to_owned();
                let value = excerpt(&text, &found);
                self.matches.add(entry.condition, self.rules, self.address, || names(path), value, highlight);
            }
        }
    }

    /// Looks for literals: in a text that no transformer changed once for all groups.
    fn search(&mut self, group: &Group, text: &str, is_plain: bool) {
        if !is_plain {
            group.search(text, &self.rules.conditions, &mut self.candidates);
        } else if !self.plain_searched {
            self.plan.search(text, &self.rules.conditions, &mut self.plain_candidates);
            self.plain_searched = true;
        }
    }

    fn is_candidate(&self, group: &Group, number: usize, is_plain: bool) -> bool {
        if is_plain {
            self.plain_candidates.has(group.offset + number)
        } else {
            self.candidates.has(number)
        }
    }

    /// What was cut of strings.
    pub(super) fn report(&self, truncated: &mut Truncated) {
        truncated.string_bytes = truncated.string_bytes.max(self.cut);
    }
}

fn scalar_text(data: &Data) -> String {
    match data {
        Data::Bool(value) => value.to_string(),
        Data::Int(value) => value.to_string(),
        Data::Double(value) => value.to_string(),
        Data::Str(value) => excerpt(value, &(0..0)),
        _ => String::new(),
    }
}
