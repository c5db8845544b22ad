//! The process as an OTLP resource, and back.

use vedette_model::{Process, Text, Value};

use super::attributes::Told;
use crate::value::to_json;

/// Tells the resource that spans of `service` belong to. The version is that of the process's own service.
pub(super) fn tell(process: &Process, service: &str, sink: &mut impl FnMut(&str, Told)) {
    let version = if service == process.service { process.version.as_str() } else { "" };
    let texts = [
        ("service.name", service),
        ("service.version", version),
        ("deployment.environment.name", &process.env),
        ("service.instance.id", &process.runtime_id),
        ("host.name", &process.hostname),
        ("container.id", &process.container_id),
        ("telemetry.sdk.name", "vedette"),
        ("telemetry.sdk.language", &process.language),
        ("telemetry.sdk.version", &process.tracer_version),
        ("process.runtime.name", &process.interpreter),
        ("process.runtime.version", &process.language_version),
    ];
    texts.iter().filter(|(_, text)| !text.is_empty()).for_each(|(name, text)| sink(name, Told::Text(text)));
    if process.pid != 0 {
        sink("process.pid", Told::Whole(i64::from(process.pid)));
    }
    process.tags.iter().for_each(|(name, value)| sink(name, Told::Text(value)));
}

/// Takes one attribute of an arriving resource.
pub(super) fn take(process: &mut Process, name: &str, value: Value) {
    let field = match name {
        "service.name" => &mut process.service,
        "service.version" => &mut process.version,
        "deployment.environment.name" | "deployment.environment" => &mut process.env,
        "service.instance.id" => &mut process.runtime_id,
        "host.name" => &mut process.hostname,
        "container.id" => &mut process.container_id,
        "telemetry.sdk.language" => &mut process.language,
        "telemetry.sdk.version" => &mut process.tracer_version,
        "process.runtime.name" => &mut process.interpreter,
        "process.runtime.version" => &mut process.language_version,
        _ => return take_other(process, name, value),
    };
    *field = text(value).into();
}

fn take_other(process: &mut Process, name: &str, value: Value) {
    match (name, &value) {
        ("process.pid", Value::Int(pid)) => process.pid = *pid as u32,
        ("telemetry.sdk.name", Value::Str(sdk)) if sdk == "vedette" => {}
        _ if process.tags.len() < 512 => process.tags.push((name.to_owned(), text(value).into())),
        _ => vedette_model::limits::count_cut(),
    }
}

fn text(value: Value) -> Text {
    match value {
        Value::Str(text) => text,
        other => to_json(&other).to_string().into(),
    }
}
