//! The bytes of each format, kept in `golden/`. `VEDETTE_REWRITE_GOLDEN=1` writes them anew: read the difference
//! before committing it.

mod cases;

use std::path::{Path, PathBuf};

use vedette_wire::{encode, otlp, Format, Options};

fn golden(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("golden").join(name)
}

fn check(name: &str, format: Format, options: Options) {
    compare(name, &encode(format, &cases::chunks(), &cases::process(), &options));
}

fn compare(name: &str, body: &[u8]) {
    let text = if name.ends_with(".json") { pretty(body) } else { hex(body) };
    if std::env::var_os("VEDETTE_REWRITE_GOLDEN").is_some() {
        std::fs::write(golden(name), &text).expect("the folder of golden files can be written");
    }
    let kept = std::fs::read_to_string(golden(name)).expect("the golden file can be read");
    assert!(text == kept, "{name} differs from what is encoded; VEDETTE_REWRITE_GOLDEN=1 shows how");
}

fn hex(body: &[u8]) -> String {
    let line = |bytes: &[u8]| bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>() + "\n";
    body.chunks(32).map(line).collect()
}

fn pretty(body: &[u8]) -> String {
    let json: serde_json::Value = serde_json::from_slice(body).expect("JSON");
    serde_json::to_string_pretty(&json).expect("JSON") + "\n"
}

#[test]
fn datadog_v04() {
    check("datadog_v04.hex", Format::DatadogV04, Options::default());
}

#[test]
fn datadog_v04_with_native_events() {
    check(
        "datadog_v04_native_events.hex",
        Format::DatadogV04,
        Options { native_events: true, structures: true },
    );
}

#[test]
fn datadog_v05() {
    check("datadog_v05.hex", Format::DatadogV05, Options::default());
}

#[test]
fn otlp_protobuf() {
    check("otlp_protobuf.hex", Format::OtlpProtobuf, Options::default());
}

#[test]
fn otlp_json() {
    check("otlp.json", Format::OtlpJson, Options::default());
}

#[test]
fn findings_in_every_dialect() {
    let (attack, process) = (cases::attack(), cases::process());
    let whole = Options { native_events: true, structures: true };
    for (name, format, options) in [
        ("findings_v04.hex", Format::DatadogV04, whole),
        ("findings_v04_text.hex", Format::DatadogV04, Options::default()),
        ("findings_v05.hex", Format::DatadogV05, Options::default()),
        ("findings_otlp_traces.json", Format::OtlpJson, Options::default()),
    ] {
        compare(name, &encode(format, &attack, &process, &options));
    }
    compare("findings_otlp_logs.json", &otlp::logs::encode(&attack, &process, true).unwrap());
    compare("findings_otlp_logs.hex", &otlp::logs::encode(&attack, &process, false).unwrap());
}

#[test]
fn an_attack_is_an_origin_unless_there_is_one() {
    let origins = |origin: &str| {
        let mut chunks = cases::attack();
        chunks.iter_mut().for_each(|chunk| chunk.origin = origin.into());
        let body = encode(Format::DatadogV04, &chunks, &cases::process(), &Options::default());
        let text = String::from_utf8_lossy(&body).into_owned();
        ["_dd.origin\u{fffd}appsec", "_dd.origin\u{fffd}rum"].map(|each| text.contains(each))
    };
    assert_eq!((origins(""), origins("rum")), ([true, false], [false, true]));
}

#[test]
fn no_findings_make_no_logs() {
    assert_eq!(otlp::logs::encode(&cases::chunks(), &cases::process(), true), None);
}

#[test]
fn standalone_is_told_where_a_service_is_entered() {
    let process = vedette_model::Process { standalone: true, ..cases::process() };
    let body = encode(Format::DatadogV04, &cases::attack(), &process, &Options::default());
    let text = String::from_utf8_lossy(&body);
    assert_eq!(text.matches("_dd.apm.enabled").count(), 1);
}
