//! The formats that are only read: whatever comes, decoding ends in rows or in an error, within its bounds.

use proptest::prelude::*;
use vedette_wire::otlp::signal::Encoding;
use vedette_wire::otlp::{logs_read, metrics_read};
use vedette_wire::{datadog, rows, DecodeLimits};

/// Small enough that a payload which passes them is soon found.
const TIGHT: DecodeLimits = DecodeLimits { bytes: 1 << 20, spans: 50, depth: 16, memory: 1 << 20 };

fn survive(bytes: &[u8]) {
    for decode in [datadog::v07::decode, datadog::v10::decode] {
        if let Ok(received) = decode(bytes, &TIGHT) {
            assert!(rows(received).len() <= TIGHT.spans);
        }
    }
    for encoding in [Encoding::Protobuf, Encoding::Json] {
        assert!(logs_read::decode(bytes, encoding, &TIGHT).map_or(0, |rows| rows.len()) <= TIGHT.spans);
        assert!(metrics_read::decode(bytes, encoding, &TIGHT).map_or(0, |rows| rows.len()) <= TIGHT.spans);
    }
}

/// A payload of /v1.0 with one span: maps with numbers as keys, a text, an attribute, a trace id.
fn v10() -> Vec<u8> {
    let mut bytes = vec![0x81, 11, 0x91, 0x82, 4, 0x91, 0x84, 1, 0xa4];
    bytes.extend(b"shop");
    bytes.extend([4, 7, 6, 9, 9, 0x96, 0xa1, b'k', 6, 0x92, 1, 1, 0xa1, b'n', 4, 3]);
    bytes.extend([6, 0xc4, 16, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 2]);
    bytes
}

/// A log record and a data point in protobuf: resource, scope, record with a text.
fn nested(bytes: &[u8], levels: usize) -> Vec<u8> {
    (0..levels).fold(bytes.to_vec(), |inner, level| {
        let field = if level % 2 == 0 { 0x12 } else { 0x0a };
        let mut outer = vec![field, inner.len().min(127) as u8];
        outer.extend(inner);
        outer
    })
}

#[test]
fn the_sample_is_understood() {
    let received = datadog::v10::decode(&v10(), &TIGHT).unwrap();
    let rows = rows(received);
    assert_eq!(
        (rows[0].service.as_str(), rows[0].trace_id.as_str()),
        ("shop", "00000000000000010000000000000002")
    );
    assert_eq!(rows[0].attributes, r#"{"k":["shop"],"n":3}"#);
}

#[test]
fn every_cut_of_the_sample_is_refused() {
    let bytes = v10();
    for end in 0..bytes.len() {
        assert!(datadog::v10::decode(&bytes[..end], &TIGHT).is_err(), "{end}");
    }
}

#[test]
fn depth_is_bounded() {
    let deep = [6, 0x92].repeat(100_000);
    survive(&deep);
    let mut list = vec![0x81, 10, 0x93, 0xa1, b'k'];
    list.extend(&deep);
    assert!(datadog::v10::decode(&list, &TIGHT).is_err());
    let json = format!("{{\"resourceLogs\":{}", "[".repeat(100_000));
    assert!(logs_read::decode(json.as_bytes(), Encoding::Json, &TIGHT).is_err());
    for levels in 0..200 {
        survive(&nested(b"x", levels));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn random_bytes(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        survive(&bytes);
    }

    #[test]
    fn changed_bytes(changes in proptest::collection::vec((any::<usize>(), any::<u8>()), 1..8)) {
        let mut bytes = v10();
        for (at, byte) in changes {
            let length = bytes.len();
            bytes[at % length] = byte;
        }
        survive(&bytes);
    }

    #[test]
    fn random_messages(bytes in proptest::collection::vec(any::<u8>(), 0..60), levels in 0usize..8) {
        survive(&nested(&bytes, levels));
    }
}
