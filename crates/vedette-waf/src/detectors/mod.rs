//! Exploit prevention: detectors that look for the request's inputs in what is about to be done.
//!
//! Each reads what is about to be done once (a statement, a URL, a path, a command), and is then asked of every input
//! whether it changed the structure of it. Input is looked for as it was sent and as the application may have decoded
//! it, or cut it into pieces, without regard to case and runs of blanks. What it joined otherwise is not found.

pub(crate) mod candidates;
mod command;
mod document;
mod host;
mod path;
mod pieces;
mod shell;
mod sql;
mod url;

use vedette_sql::Needle;

use crate::data::Data;
use crate::rules::Input;

/// Something about to be done, read once, to be tried against many inputs.
pub(crate) trait Reading {
    /// The part of it that the input wrote, if that changed its structure.
    fn injection(&self, input: &Needle) -> Option<String>;
    /// Whether it is something that goes somewhere.
    fn is_choosable(&self) -> bool {
        false
    }
    /// Whether the input chose where it goes, harmful or not: what comes back from there is the client's as well.
    fn is_chosen_by(&self, _input: &Needle) -> bool {
        false
    }
}

type Read = for<'s> fn(&'s Data, &str) -> Option<Box<dyn Reading + 's>>;

/// A detector of the table below, with the inputs that a rule names.
pub(crate) struct Detector {
    definition: &'static Definition,
    /// Where inputs come from.
    pub(crate) params: Vec<Input>,
    /// What tells more of the sink: the kind of database.
    pub(crate) context: Vec<Input>,
}

struct Definition {
    name: &'static str,
    read: Read,
}

const DEFINITIONS: &[Definition] = &[
    Definition { name: "sqli_detector", read: sql::read },
    Definition { name: "ssrf_detector", read: url::read },
    Definition { name: "nosqli_detector", read: document::read },
    Definition { name: "lfi_detector", read: path::read },
    Definition { name: "cmdi_detector", read: command::read },
    Definition { name: "shi_detector", read: shell::read },
];

impl Detector {
    /// Whether rule files call a detector `name`.
    pub(crate) fn is_known(name: &str) -> bool {
        DEFINITIONS.iter().any(|definition| definition.name == name)
    }

    /// The detector that rule files call `name`.
    pub(crate) fn named(name: &str, params: Vec<Input>, context: Vec<Input>) -> Option<Detector> {
        let definition = DEFINITIONS.iter().find(|definition| definition.name == name)?;
        Some(Detector { definition, params, context })
    }

    pub(crate) fn name(&self) -> &'static str {
        self.definition.name
    }

    /// Reads what is about to be done; None if it is of another form than the detector knows.
    pub(crate) fn read<'s>(&self, sink: &'s Data, context: &str) -> Option<Box<dyn Reading + 's>> {
        (self.definition.read)(sink, context)
    }
}

/// The part of `text` at a range that may not fall on borders of characters.
fn part(text: &str, start: usize, end: usize) -> String {
    text.get(start..end).unwrap_or("").to_owned()
}
