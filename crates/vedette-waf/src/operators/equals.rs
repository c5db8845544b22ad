//! `equals`: a scalar of the same type and value; `!equals`: any other scalar.

use crate::data::Data;

/// The value to equal, and how it reads in reports.
pub(crate) struct Equals {
    wanted: Data,
    negated: bool,
    text: String,
}

/// Doubles that differ less are the same: a rule file and a program may round differently.
const DELTA: f64 = 1e-9;

impl Equals {
    pub(crate) fn new(wanted: &serde_json::Value, negated: bool) -> Result<Self, String> {
        if wanted.is_array() || wanted.is_object() {
            return Err("equals needs a scalar value".into());
        }
        let text = wanted.as_str().map_or_else(|| wanted.to_string(), str::to_owned);
        Ok(Equals { wanted: wanted.clone().into(), negated, text })
    }

    pub(crate) fn name(&self) -> &'static str {
        if self.negated {
            "!equals"
        } else {
            "equals"
        }
    }

    pub(crate) fn value(&self) -> &str {
        &self.text
    }

    pub(crate) fn matches(&self, data: &Data) -> bool {
        let is_equal = match (&self.wanted, data) {
            (Data::Double(wanted), Data::Double(given)) => (wanted - given).abs() < DELTA,
            (wanted, given) => wanted == given,
        };
        is_equal != self.negated
    }
}
