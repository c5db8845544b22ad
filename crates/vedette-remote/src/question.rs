//! The question: who asks, what it understands, what it has, and what became of it.

use serde_json::{json, Value};

use crate::encoding;
use crate::repository::Repository;

/// Who asks.
#[derive(Clone, Debug, Default)]
pub struct Tracer {
    /// Random UUID of the process.
    pub runtime_id: String,
    /// Programming language.
    pub language: String,
    /// Version of this software.
    pub tracer_version: String,
    /// The process's service.
    pub service: String,
    /// Its environment.
    pub env: String,
    /// Its version.
    pub app_version: String,
    /// Its tags, `key:value`.
    pub tags: Vec<String>,
}

/// What is understood.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Offer {
    /// Products that are wanted.
    pub products: Vec<String>,
    /// A bit field, the highest byte first.
    pub capabilities: Vec<u8>,
}

/// What is said beside the offer.
pub(crate) struct Asking<'a> {
    pub(crate) tracer: &'a Tracer,
    pub(crate) client: &'a str,
    pub(crate) offer: &'a Offer,
    pub(crate) extra_services: &'a [String],
    /// Why the last answer was refused; empty if it was not.
    pub(crate) error: &'a str,
}

/// The body of a question.
pub(crate) fn body(asking: &Asking<'_>, repository: &Repository) -> Vec<u8> {
    let tracer = asking.tracer;
    json!({
        "client": {
            "id": asking.client,
            "products": asking.offer.products,
            "is_tracer": true,
            "client_tracer": {
                "runtime_id": tracer.runtime_id,
                "language": tracer.language,
                "tracer_version": tracer.tracer_version,
                "service": tracer.service,
                "env": tracer.env,
                "app_version": tracer.app_version,
                "extra_services": asking.extra_services,
                "tags": tracer.tags,
            },
            "state": {
                "root_version": repository.trust.root_version(),
                "targets_version": repository.targets_version,
                "config_states": repository.configs().map(|config| state(config, repository)).collect::<Vec<_>>(),
                "has_error": !asking.error.is_empty(),
                "error": asking.error,
                "backend_client_state": repository.backend_state,
            },
            "capabilities": encoding::to_base64(&asking.offer.capabilities),
        },
        "cached_target_files": repository.configs().map(cached).collect::<Vec<_>>(),
    })
    .to_string()
    .into_bytes()
}

fn state(config: &crate::Config, repository: &Repository) -> Value {
    let verdict = repository.verdict(&config.path);
    json!({
        "id": config.id,
        "version": config.version,
        "product": config.product,
        "apply_state": verdict.state as u8,
        "apply_error": verdict.error,
    })
}

fn cached(config: &crate::Config) -> Value {
    json!({
        "path": config.path,
        "length": config.content.len(),
        "hashes": [{ "algorithm": "sha256", "hash": config.hash }],
    })
}
