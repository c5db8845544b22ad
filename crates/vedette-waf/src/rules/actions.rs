//! Actions: what the consequences that rules name are.

use serde::Deserialize;
use serde_json::Value;

use super::file::RawAction;
use super::{Diagnostics, Failure};

/// A consequence that a rule file defines. Which kinds there are is whoever acts on them to know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Action {
    /// What rules name under `on_match`.
    pub id: String,
    /// `block_request`, `redirect_request`, ...
    pub kind: String,
    /// Parameters as text: `status_code`, `location`, ...
    pub parameters: Vec<(String, String)>,
}

pub(super) fn read(values: &[Value], diagnostics: &mut Diagnostics) -> Vec<Action> {
    let mut all: Vec<Action> = Vec::new();
    for (at, value) in values.iter().enumerate() {
        match RawAction::deserialize(value) {
            Ok(raw) => {
                let action = made(raw);
                all.retain(|earlier| earlier.id != action.id);
                all.push(action);
            }
            Err(error) => {
                diagnostics.failed.push(Failure { id: format!("action #{at}"), reason: error.to_string() })
            }
        }
    }
    all
}

fn made(raw: RawAction) -> Action {
    let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let parameters = raw.parameters.iter().map(|(name, value)| (name.clone(), text(value))).collect();
    Action { id: raw.id, kind: raw.kind, parameters }
}
