//! `sqli_detector`: an input of the request changes the structure of an SQL statement about to be executed.
//!
//! Detects: input found across the tokens of the statement ([`vedette_sql::Statement`] says when that is one).
//! Limits: input that the application changed on its way (decoded, cut, joined) is not found;
//! of a request the first 2,048 inputs up to 8 KiB are looked for.
//! References: CWE-89.

use std::ops::Range;

use vedette_sql::{Dialect, Statement};

use super::candidates::Candidate;
use crate::rules::Input;

/// Where the inputs come from, and what names the database.
pub(crate) struct SqlDetector {
    pub(crate) params: Vec<Input>,
    pub(crate) system: Vec<Input>,
}

impl SqlDetector {
    /// The first of `candidates` that injects into `statement`, and where.
    pub(crate) fn find<'c>(
        &self,
        statement: &str,
        system: &str,
        candidates: &'c [Candidate],
        mut in_time: impl FnMut() -> bool,
    ) -> Option<(&'c Candidate, Range<usize>)> {
        let read = Statement::new(statement, Dialect::of(system));
        let from_request = candidates.iter().filter(|candidate| candidate.is_from(&self.params));
        from_request.take_while(|_| in_time()).find_map(|candidate| {
            read.injection(&candidate.text).map(|injection| (candidate, injection.start..injection.end))
        })
    }
}
