//! Reads a payload of any tracer from standard input and prints its rows:
//! `cargo run -p vedette-wire --example read -- v04 < trace.msgpack`.

use std::io::Read;

use vedette_wire::{decode, rows, DecodeLimits, Format};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let format = match std::env::args().nth(1).as_deref() {
        Some("v03" | "v04") => Format::DatadogV04,
        Some("v05") => Format::DatadogV05,
        Some("otlp-protobuf") => Format::OtlpProtobuf,
        Some("otlp-json") => Format::OtlpJson,
        _ => return Err("one of: v03, v04, v05, otlp-protobuf, otlp-json".into()),
    };
    let mut body = Vec::new();
    std::io::stdin().read_to_end(&mut body)?;
    let received = decode(format, &body, &DecodeLimits::DEFAULT)?;
    received.iter().for_each(|one| println!("{:#?}", one.process));
    rows(received).iter().for_each(|row| println!("{row:#?}"));
    Ok(())
}
