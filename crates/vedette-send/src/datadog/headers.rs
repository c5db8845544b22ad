//! Headers that every request to an Agent carries.

use vedette_model::Process;

use crate::http::Headers;

/// Who sends. The container lets the Agent add the tags of the container to the spans.
pub(super) fn of(process: &Process) -> Headers {
    let container = &process.container_id;
    let entity = if container.is_empty() { String::new() } else { format!("ci-{container}") };
    Headers::new()
        .with("content-type", "application/msgpack")
        .with("datadog-meta-lang", &process.language)
        .with("datadog-meta-lang-version", &process.language_version)
        .with("datadog-meta-lang-interpreter", &process.interpreter)
        .with("datadog-meta-tracer-version", &process.tracer_version)
        .with("datadog-client-computed-top-level", "yes")
        .with("datadog-container-id", container)
        .with("datadog-entity-id", &entity)
}

/// Of a message of telemetry.
pub(super) fn of_telemetry(headers: Headers, process: &Process, kind: &str) -> Headers {
    headers
        .with("content-type", "application/json")
        .with("dd-telemetry-api-version", "v2")
        .with("dd-telemetry-request-type", kind)
        .with("dd-client-library-language", &process.language)
        .with("dd-client-library-version", &process.tracer_version)
        .with("dd-session-id", &process.runtime_id)
}
