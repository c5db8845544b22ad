//! `equals`: a scalar of the same type and value.

use crate::data::Data;

/// The value to equal, and how it reads in reports.
pub(crate) struct Equals {
    wanted: Data,
    text: String,
}

/// Doubles that differ less are the same: a rule file and a program may round differently.
const DELTA: f64 = 1e-9;

impl Equals {
    pub(crate) fn new(wanted: &serde_json::Value) -> Result<Self, String> {
        if wanted.is_array() || wanted.is_object() {
            return Err("equals needs a scalar value".into());
        }
        let text = wanted.as_str().map_or_else(|| wanted.to_string(), str::to_owned);
        Ok(Equals { wanted: wanted.clone().into(), text })
    }

    pub(crate) fn value(&self) -> &str {
        &self.text
    }

    pub(crate) fn matches(&self, data: &Data) -> bool {
        match (&self.wanted, data) {
            (Data::Double(wanted), Data::Double(given)) => (wanted - given).abs() < DELTA,
            (wanted, given) => wanted == given,
        }
    }
}
