//! The JSON of a rule file.

use serde::Deserialize;
use serde_json::{Map, Value};

use super::Error;

#[derive(Deserialize)]
pub(super) struct File {
    #[serde(default)]
    version: String,
    #[serde(default)]
    metadata: Map<String, Value>,
    #[serde(default)]
    rules: Option<Vec<Value>>,
    #[serde(default)]
    custom_rules: Vec<Value>,
    #[serde(default)]
    rules_data: Vec<Value>,
}

#[derive(Deserialize)]
pub(super) struct RawRule {
    pub(super) id: String,
    #[serde(default)]
    pub(super) name: String,
    #[serde(default = "yes")]
    pub(super) enabled: bool,
    #[serde(default)]
    pub(super) tags: Map<String, Value>,
    pub(super) conditions: Vec<RawCondition>,
    #[serde(default)]
    pub(super) transformers: Vec<String>,
    #[serde(default)]
    pub(super) on_match: Vec<String>,
}

#[derive(Deserialize)]
pub(super) struct RawCondition {
    pub(super) operator: String,
    #[serde(default)]
    pub(super) parameters: Parameters,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Parameters {
    pub(super) inputs: Vec<RawInput>,
    pub(super) regex: Option<String>,
    pub(super) list: Option<Vec<String>>,
    /// The id of a list under `rules_data`.
    pub(super) data: Option<String>,
    pub(super) value: Option<Value>,
    pub(super) options: Options,
    pub(super) resource: Vec<RawInput>,
    pub(super) params: Vec<RawInput>,
    pub(super) db_type: Vec<RawInput>,
}

#[derive(Deserialize)]
pub(super) struct RawInput {
    pub(super) address: String,
    #[serde(default)]
    pub(super) key_path: Vec<String>,
    #[serde(default)]
    pub(super) transformers: Vec<String>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Options {
    pub(super) case_sensitive: bool,
    pub(super) min_length: usize,
    pub(super) enforce_word_boundary: bool,
}

fn yes() -> bool {
    true
}

pub(super) fn read(json: &[u8]) -> Result<File, Error> {
    let file: File = serde_json::from_slice(json).map_err(|error| Error(error.to_string()))?;
    if !file.version.starts_with("2.") {
        return Err(Error(format!("version {:?} is not 2.x", file.version)));
    }
    if file.rules.is_none() {
        return Err(Error("it has no rules".into()));
    }
    Ok(file)
}

impl File {
    pub(super) fn version(&self) -> String {
        self.metadata.get("rules_version").and_then(Value::as_str).unwrap_or(&self.version).to_owned()
    }

    pub(super) fn rules(&self) -> impl Iterator<Item = &Value> {
        self.rules.iter().flatten().chain(&self.custom_rules)
    }

    /// The values of a list under `rules_data`; expired entries too, for whoever sends the list removes them.
    pub(super) fn data(&self, id: &str) -> Option<Vec<String>> {
        let is_it = |data: &&Value| data.get("id").and_then(Value::as_str) == Some(id);
        let entries = self.rules_data.iter().find(is_it)?.get("data")?.as_array()?;
        Some(entries.iter().filter_map(|entry| entry.get("value")?.as_str().map(str::to_owned)).collect())
    }
}
