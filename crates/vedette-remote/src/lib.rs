//! Remote configuration: what an operator changes in running processes, as the Datadog Agent's `/v0.7/config` hands it
//! out, verified.
//!
//! A native thread asks, decodes and verifies (hashes, lengths, versions, and signatures where keys are given) without
//! the interpreter; whoever hosts it is called only when something changed. What can't be verified is refused whole and
//! reported with the next question; what was good before stays.

mod answer;
mod canonical;
mod client;
mod encoding;
mod handle;
mod host;
mod moment;
mod path;
mod question;
mod repository;
mod signature;
mod trust;

pub use handle::{start, Handle, Status};
pub use host::{Applied, Host, Settings};
pub use path::Path;
pub use question::{Offer, Tracer};
pub use repository::{Config, Repository, State, Verdict};
pub use signature::{canonical_json, public_key, sha256, sign};
pub use trust::Trust;
