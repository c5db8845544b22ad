//! Writes the test trace in one format to standard output, for consumers of other makers:
//! `cargo run -p vedette-wire --example emit -- v04 > trace.msgpack`.

#[path = "../tests/cases/mod.rs"]
mod cases;

use std::io::Write;

use vedette_wire::{encode, Format, Options};

fn main() -> std::io::Result<()> {
    let name = std::env::args().nth(1).unwrap_or_default();
    let (format, native_events) = match name.as_str() {
        "v04" => (Format::DatadogV04, false),
        "v04-native-events" => (Format::DatadogV04, true),
        "v05" => (Format::DatadogV05, false),
        "otlp-protobuf" => (Format::OtlpProtobuf, false),
        "otlp-json" => (Format::OtlpJson, false),
        _ => {
            eprintln!("one of: v04, v04-native-events, v05, otlp-protobuf, otlp-json");
            std::process::exit(2);
        }
    };
    let body = encode(
        format,
        &cases::chunks(),
        &cases::process(),
        &Options { native_events, structures: native_events },
    );
    std::io::stdout().write_all(&body)
}
