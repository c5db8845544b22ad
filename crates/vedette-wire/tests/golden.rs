//! The bytes of each format, kept in `golden/`. `VEDETTE_REWRITE_GOLDEN=1` writes them anew: read the difference
//! before committing it.

mod cases;

use std::path::{Path, PathBuf};

use vedette_wire::{encode, Format, Options};

fn golden(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("golden").join(name)
}

fn check(name: &str, format: Format, options: Options) {
    let body = encode(format, &cases::chunks(), &cases::process(), &options);
    let text = if name.ends_with(".json") { pretty(&body) } else { hex(&body) };
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
    check("datadog_v04_native_events.hex", Format::DatadogV04, Options { native_events: true });
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
