//! `greater_than`, `lower_than`: a number beyond a bound; texts that are numbers count as such.

use crate::data::Data;

/// The bound, and on which side of it a number has to be.
pub(crate) struct Comparison {
    bound: f64,
    text: String,
    greater: bool,
}

impl Comparison {
    pub(crate) fn new(bound: &serde_json::Value, greater: bool) -> Result<Self, String> {
        let number = bound.as_f64().ok_or("a comparison needs a number")?;
        Ok(Comparison { bound: number, text: bound.to_string(), greater })
    }

    pub(crate) fn name(&self) -> &'static str {
        if self.greater {
            "greater_than"
        } else {
            "lower_than"
        }
    }

    pub(crate) fn value(&self) -> &str {
        &self.text
    }

    pub(crate) fn matches(&self, data: &Data) -> bool {
        let number = match data {
            Data::Int(value) => *value as f64,
            Data::Double(value) => *value,
            Data::Str(text) => text.trim().parse().unwrap_or(f64::NAN),
            _ => f64::NAN,
        };
        if self.greater {
            number > self.bound
        } else {
            number < self.bound
        }
    }
}
