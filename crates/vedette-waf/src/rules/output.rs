//! What a match makes of the trace: an event or none, kept or not, attributes.

use serde::Deserialize;
use serde_json::{Map, Value};

use super::compile::{self, Compiled};
use super::file::RawInput;
use super::Input;
use crate::data::Data;

/// The `output` of a rule; without one a match is an event, and its trace is kept.
pub(crate) struct Output {
    pub(crate) event: bool,
    pub(crate) keep: bool,
    pub(crate) attributes: Vec<(String, Attribute)>,
}

/// The value of an attribute.
pub(crate) enum Attribute {
    /// As the rule says.
    Fixed(Data),
    /// As the request has it.
    Of(Input),
}

#[derive(Deserialize)]
pub(super) struct RawOutput {
    #[serde(default = "yes")]
    event: bool,
    #[serde(default = "yes")]
    keep: bool,
    #[serde(default)]
    attributes: Map<String, Value>,
}

fn yes() -> bool {
    true
}

pub(super) fn read(raw: Option<RawOutput>) -> Compiled<Output> {
    let Some(raw) = raw else { return Ok(Output { event: true, keep: true, attributes: Vec::new() }) };
    let attributes = raw.attributes.iter().map(|(name, value)| Ok((name.clone(), attribute(value)?)));
    Ok(Output { event: raw.event, keep: raw.keep, attributes: attributes.collect::<Compiled<_>>()? })
}

fn attribute(value: &Value) -> Compiled<Attribute> {
    if let Some(fixed) = value.get("value") {
        let is_scalar = fixed.is_string() || fixed.is_boolean() || fixed.is_number();
        return is_scalar
            .then(|| Attribute::Fixed(fixed.clone().into()))
            .ok_or("an attribute is a scalar".into());
    }
    let raw = RawInput::deserialize(value).map_err(|error| format!("an attribute: {error}"))?;
    compile::input(&raw, &[]).map(Attribute::Of)
}
