//! Processors of rule files: what they make is made here without them, as settings say.

use serde_json::Value;

use super::Failure;

/// What is told of every request (fingerprints) or of sampled ones (schemas), whether a file asks for it or not.
const BUILT_IN: [&str; 5] = [
    "extract_schema",
    "http_endpoint_fingerprint",
    "http_header_fingerprint",
    "http_network_fingerprint",
    "session_fingerprint",
];

/// What files ask for and does not happen.
pub(super) fn unread(processors: &[Value], overrides: &[Value], scanners: &[Value]) -> Vec<Failure> {
    let unknown = processors.iter().enumerate().filter_map(unknown);
    let ignored = [
        ("processor_override", overrides.len(), "fingerprints and schemas are told as the settings say"),
        ("scanners", scanners.len(), "the classes of data in schemas are the engine's own"),
    ];
    let ignored = ignored.into_iter().filter(|(_, count, _)| *count > 0);
    let ignored = ignored.map(|(name, count, why)| failure(name, format!("{count} not read: {why}")));
    unknown.chain(ignored).collect()
}

fn unknown((at, processor): (usize, &Value)) -> Option<Failure> {
    let generator = processor.get("generator").and_then(Value::as_str).unwrap_or_default();
    let id = processor.get("id").and_then(Value::as_str);
    let id = id.map_or_else(|| format!("processor #{at}"), str::to_owned);
    (!BUILT_IN.contains(&generator)).then(|| failure(&id, format!("unknown generator {generator:?}")))
}

fn failure(id: &str, reason: String) -> Failure {
    Failure { id: id.to_owned(), reason }
}
