//! The JSON of rule files: several are read as one, in their order.

use std::cell::RefCell;

use serde::Deserialize;
use serde_json::{Map, Value};

use super::output::RawOutput;
use super::{processors, Error, Failure};

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct File {
    version: String,
    metadata: Map<String, Value>,
    rules: Option<Vec<Value>>,
    custom_rules: Vec<Value>,
    /// Rules that tag traces for engines without processors.
    rules_compat: Vec<Value>,
    pub(super) rules_override: Vec<Value>,
    pub(super) exclusions: Vec<Value>,
    pub(super) actions: Vec<Value>,
    rules_data: Vec<Value>,
    exclusion_data: Vec<Value>,
    processors: Vec<Value>,
    processor_override: Vec<Value>,
    scanners: Vec<Value>,
    /// What is wrong with lists that are used all the same.
    #[serde(skip)]
    complaints: RefCell<Vec<Failure>>,
}

/// Which rules an override or an exclusion is about.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct RawTarget {
    pub(super) rule_id: Option<String>,
    pub(super) tags: Map<String, Value>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct RawOverride {
    /// One rule, in the older spelling.
    pub(super) id: Option<String>,
    pub(super) rules_target: Vec<RawTarget>,
    pub(super) enabled: Option<bool>,
    pub(super) on_match: Option<Vec<String>>,
}

#[derive(Deserialize)]
pub(super) struct RawExclusion {
    #[serde(default)]
    pub(super) rules_target: Vec<RawTarget>,
    #[serde(default)]
    pub(super) conditions: Vec<RawCondition>,
    #[serde(default)]
    pub(super) inputs: Vec<RawInput>,
    #[serde(default)]
    pub(super) on_match: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct RawAction {
    pub(super) id: String,
    #[serde(rename = "type")]
    pub(super) kind: String,
    #[serde(default)]
    pub(super) parameters: Map<String, Value>,
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
    #[serde(default)]
    pub(super) output: Option<RawOutput>,
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

/// Reads files that together are one; the first has to be a rule file, the others may add to it.
pub(super) fn read(files: &[&[u8]]) -> Result<File, Error> {
    let mut all = File::default();
    if files.is_empty() {
        return Err(Error("there is none".into()));
    }
    for json in files {
        let file: File = serde_json::from_slice(json).map_err(|error| Error(error.to_string()))?;
        if !file.version.is_empty() && !file.version.starts_with("2.") {
            return Err(Error(format!("version {:?} is not 2.x", file.version)));
        }
        all.add(file);
        if all.version.is_empty() {
            return Err(Error("it has no version".into()));
        }
        if all.rules.is_none() {
            return Err(Error("it has no rules".into()));
        }
    }
    Ok(all)
}

impl File {
    fn add(&mut self, other: File) {
        if self.version.is_empty() {
            self.version = other.version;
            self.metadata = other.metadata;
        }
        if let Some(rules) = other.rules {
            self.rules.get_or_insert_default().extend(rules);
        }
        self.custom_rules.extend(other.custom_rules);
        self.rules_compat.extend(other.rules_compat);
        self.rules_override.extend(other.rules_override);
        self.exclusions.extend(other.exclusions);
        self.actions.extend(other.actions);
        self.rules_data.extend(other.rules_data);
        self.exclusion_data.extend(other.exclusion_data);
        self.processors.extend(other.processors);
        self.processor_override.extend(other.processor_override);
        self.scanners.extend(other.scanners);
    }

    pub(super) fn complain(&self, id: &str, reason: String) {
        self.complaints.borrow_mut().push(Failure { id: id.to_owned(), reason });
    }

    pub(super) fn complaints(&self) -> Vec<Failure> {
        let unread = processors::unread(&self.processors, &self.processor_override, &self.scanners);
        self.complaints.take().into_iter().chain(unread).collect()
    }

    pub(super) fn version(&self) -> String {
        self.metadata.get("rules_version").and_then(Value::as_str).unwrap_or(&self.version).to_owned()
    }

    pub(super) fn rules(&self) -> impl Iterator<Item = &Value> {
        self.rules.iter().flatten().chain(&self.custom_rules).chain(&self.rules_compat)
    }

    /// The values of all lists of that id, each with the time (seconds since the epoch) until which it counts.
    pub(super) fn data(&self, id: &str) -> Vec<(String, u64)> {
        let is_it = |data: &&Value| data.get("id").and_then(Value::as_str) == Some(id);
        let lists = self.rules_data.iter().chain(&self.exclusion_data).filter(is_it);
        lists
            .flat_map(|list| list.get("data").and_then(Value::as_array))
            .flatten()
            .filter_map(entry)
            .collect()
    }
}

/// An expiration of 0, or none, is never.
fn entry(entry: &Value) -> Option<(String, u64)> {
    let value = entry.get("value")?.as_str()?.to_owned();
    let until = entry.get("expiration").and_then(Value::as_u64).filter(|until| *until > 0);
    Some((value, until.unwrap_or(u64::MAX)))
}
