//! What logs and metrics have in common: who sent them, attributes, numbers, and how they are read.

use std::sync::Arc;

use serde_json::{Map, Value as Json};
use vedette_model::Process;

use super::json_read::{any, each, number, string, unwrapped};
use super::resource;
use super::schema::Message;
use super::transcode;
use crate::bounds::{Budget, DecodeLimits, Error};
use crate::process::process_json;

/// JSON values take up to so many times the bytes of their text.
const JSON_GROWTH: usize = 16;

/// Who sent a record.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Origin {
    /// `service.name` of the resource.
    pub service: Arc<str>,
    /// JSON object: what is known of the process.
    pub process: Arc<str>,
    /// Name of the instrumentation scope; for logs, that of the logger.
    pub scope: Arc<str>,
}

/// Which encoding of OTLP.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    /// `http/protobuf`, and gRPC.
    Protobuf,
    /// `http/json`.
    Json,
}

/// The whole request as JSON.
pub(super) fn read(
    bytes: &[u8],
    encoding: Encoding,
    message: &Message,
    limits: &DecodeLimits,
) -> Result<(Json, Budget), Error> {
    let mut budget = Budget::open(bytes, limits)?;
    let json = match encoding {
        Encoding::Protobuf => transcode::to_json(bytes, message, &mut budget)?,
        Encoding::Json => {
            budget.charge(bytes.len().saturating_mul(JSON_GROWTH))?;
            serde_json::from_slice(bytes)
                .map_err(|error| Error::Malformed { what: "JSON", at: error.column() })?
        }
    };
    if json.is_object() {
        Ok((json, budget))
    } else {
        Err(Error::Malformed { what: "a JSON object", at: 0 })
    }
}

/// Calls `take` with every scope below `list` and `scopes`, and with its origin.
pub(super) fn each_scope(
    json: &Json,
    (list, scopes): (&str, &str),
    mut take: impl FnMut(&Json, &Origin) -> Result<(), Error>,
) -> Result<(), Error> {
    for group in each(json, list) {
        let mut process = Process::default();
        for item in each(&group["resource"], "attributes") {
            resource::take(&mut process, string(item, "key"), any(&item["value"]));
        }
        let mut origin = Origin {
            service: process.service.as_str().into(),
            process: process_json(&process).into(),
            scope: Arc::default(),
        };
        for scope in each(group, scopes) {
            origin.scope = string(&scope["scope"], "name").into();
            take(scope, &origin)?;
        }
    }
    Ok(())
}

/// The attributes of a record as a JSON object.
pub(super) fn attributes(json: &Json) -> Map<String, Json> {
    each(json, "attributes").map(|item| (string(item, "key").to_owned(), unwrapped(&item["value"]))).collect()
}

/// The text of a JSON object; empty for none.
pub(super) fn text_of(object: Map<String, Json>) -> String {
    if object.is_empty() {
        String::new()
    } else {
        Json::Object(object).to_string()
    }
}

/// A double as number, or as text where JSON has none.
pub(super) fn double(json: &Json) -> Option<f64> {
    json.as_f64().or_else(|| json.as_str()?.parse().ok())
}

/// A time in nanoseconds: the first that is told.
pub(super) fn time(json: &Json, names: &[&str]) -> u64 {
    names.iter().map(|name| number(&json[*name])).find(|time| *time != 0).unwrap_or(0)
}
