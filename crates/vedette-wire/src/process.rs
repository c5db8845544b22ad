//! A process as readers see it.

use serde_json::{Map, Value as Json};
use vedette_model::Process;

/// What is known of the process, as the text of a JSON object with OpenTelemetry's names.
pub fn process_json(process: &Process) -> String {
    let known = [
        ("service.name", &process.service),
        ("deployment.environment.name", &process.env),
        ("service.version", &process.version),
        ("host.name", &process.hostname),
        ("service.instance.id", &process.runtime_id),
        ("telemetry.sdk.language", &process.language),
        ("process.runtime.version", &process.language_version),
        ("process.runtime.name", &process.interpreter),
        ("telemetry.sdk.version", &process.tracer_version),
        ("container.id", &process.container_id),
    ];
    let known = known.into_iter().map(|(name, value)| (name.to_owned(), value.clone()));
    let all = known.chain(process.tags.iter().cloned()).chain(process.chunk_tags.iter().cloned());
    let mut object: Map<_, _> =
        all.filter(|(_, value)| !value.is_empty()).map(|(name, value)| (name, Json::String(value))).collect();
    if process.pid != 0 {
        object.insert("process.pid".to_owned(), process.pid.into());
    }
    Json::Object(object).to_string()
}
