//! A bounded walk through data.

use super::nested;
use crate::data::Data;
use crate::limits::{Limits, Truncated};

/// One step of the way to a value.
#[derive(Clone, Copy, Debug, Hash)]
pub(super) enum Step<'a> {
    Key(&'a str),
    Index(usize),
}

impl Step<'_> {
    fn is(self, wanted: &str) -> bool {
        match self {
            Step::Key(key) => key == wanted,
            Step::Index(at) => wanted.parse() == Ok(at),
        }
    }
}

/// Whether the way `path` begins with `key_path`.
pub(super) fn is_under(path: &[Step<'_>], key_path: &[String]) -> bool {
    path.len() >= key_path.len() && path.iter().zip(key_path).all(|(step, wanted)| step.is(wanted))
}

/// What is at the end of a way.
pub(super) fn at<'d>(data: &'d Data, key_path: &[String]) -> Option<&'d Data> {
    key_path.iter().try_fold(data, |data, wanted| match data {
        Data::Map(items) => items.iter().find(|(key, _)| key == wanted).map(|(_, item)| item),
        Data::List(items) => items.get(wanted.parse::<usize>().ok()?),
        _ => None,
    })
}

/// Whether there is anything at the end of a way.
pub(super) fn has(data: &Data, key_path: &[String]) -> bool {
    at(data, key_path).is_some()
}

/// The way as text.
pub(super) fn names(path: &[Step<'_>]) -> Vec<String> {
    path.iter()
        .map(|step| match step {
            Step::Key(key) => (*key).to_owned(),
            Step::Index(at) => at.to_string(),
        })
        .collect()
}

/// Who is shown the values.
pub(super) trait Visit {
    /// A scalar and the way to it.
    fn value(&mut self, path: &[Step<'_>], data: &Data);
    /// A text that is JSON, whose names and values are shown instead of it.
    fn carrier(&mut self, path: &[Step<'_>], data: &Data);
    /// A key of a map, last in the way.
    fn key(&mut self, path: &[Step<'_>], key: &str);
    /// Whether to go on.
    fn goes_on(&mut self) -> bool;
}

/// How far a walk has come.
pub(super) struct Walk<'a> {
    pub(super) limits: Limits,
    pub(super) truncated: &'a mut Truncated,
    pub(super) elements: &'a mut usize,
}

impl Walk<'_> {
    pub(super) fn through<'d>(&mut self, data: &'d Data, path: &mut Vec<Step<'d>>, visitor: &mut impl Visit) {
        match data {
            Data::List(_) | Data::Map(_) if path.len() >= self.limits.depth => {
                self.truncated.depth = self.limits.depth
            }
            Data::List(items) => {
                let steps = items.iter().enumerate().map(|(at, item)| (Step::Index(at), item));
                self.container(steps, items.len(), path, visitor);
            }
            Data::Map(items) => {
                let steps = items.iter().map(|(key, item)| (Step::Key(key), item));
                self.container(steps, items.len(), path, visitor);
            }
            scalar => {
                *self.elements += 1;
                match nested::within(scalar, self.limits) {
                    Some(data) => {
                        visitor.carrier(path, scalar);
                        self.through(&data, &mut path.to_vec(), visitor);
                    }
                    None => visitor.value(path, scalar),
                }
            }
        }
    }

    fn container<'d>(
        &mut self,
        items: impl Iterator<Item = (Step<'d>, &'d Data)>,
        size: usize,
        path: &mut Vec<Step<'d>>,
        visitor: &mut impl Visit,
    ) {
        for (step, item) in items {
            if *self.elements >= self.limits.elements {
                self.truncated.elements = self.truncated.elements.max(size);
                return;
            }
            if !visitor.goes_on() {
                return;
            }
            path.push(step);
            if let Step::Key(key) = step {
                visitor.key(path, key);
            }
            self.through(item, path, visitor);
            path.pop();
        }
    }
}
