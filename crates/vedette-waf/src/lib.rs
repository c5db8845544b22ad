//! The in-app WAF: rules evaluated over the parts of a request, in linear time and within limits.
//!
//! A [`Ruleset`] is parsed once and shared. Each HTTP request has a [`Request`], which is told of data by *address*
//! (`server.request.query`, `server.request.body`, ...) as it becomes known, and answers with [`Finding`]s:
//!
//! ```
//! use std::sync::Arc;
//! use vedette_waf::{Data, Limits, Request, Ruleset};
//!
//! let rules = br#"{"version": "2.2", "rules": [{"id": "traversal", "name": "Path traversal",
//!     "tags": {"type": "lfi", "category": "attack_attempt"},
//!     "conditions": [{"operator": "match_regex", "parameters": {
//!         "inputs": [{"address": "server.request.query"}], "regex": "\\.\\./"}}]}]}"#;
//! let (rules, diagnostics) = Ruleset::parse(rules).unwrap();
//! assert!(diagnostics.failed.is_empty());
//!
//! let mut request = Request::new(Arc::new(rules), Limits::default());
//! let query = Data::Map(vec![("file".into(), Data::Str("../../etc/passwd".into()))]);
//! let outcome = request.evaluate(vec![("server.request.query".into(), query)]);
//! assert_eq!(outcome.findings[0].key_path, ["file"]);
//! ```
//!
//! The rule files follow the public Datadog event-rule schema, version 2.x; [`rules`](Ruleset::parse) says which parts.

mod clean;
mod clock;
mod data;
mod detectors;
mod evaluate;
mod fingerprints;
mod limits;
mod operators;
mod outcome;
mod raw;
mod rules;
mod schema;
mod specials;
mod transforms;

pub use data::{Address, Data};
pub use evaluate::Request;
pub use limits::{Limits, Truncated};
pub use operators::{shell, sqli, xss};
pub use outcome::{Finding, Outcome, Sink};
pub use raw::{client_address, cookies, form, in_pieces, json, xml, Parsed};
pub use rules::{check, Action, Diagnostics, Error, Failure, Ruleset};
pub use schema::{schema, Place, Schema};
