//! Payloads of unknown origin: whatever comes, decoding ends in spans or in an error, within its bounds.

mod cases;

use proptest::prelude::*;
use vedette_wire::{decode, encode, rows, DecodeLimits, Error, Format, Options};

const FORMATS: [Format; 4] = [Format::DatadogV04, Format::DatadogV05, Format::OtlpProtobuf, Format::OtlpJson];

/// Small enough that a payload which passes them is soon found.
const TIGHT: DecodeLimits = DecodeLimits { bytes: 1 << 20, spans: 50, depth: 16, memory: 1 << 20 };

fn body(format: Format) -> Vec<u8> {
    encode(format, &cases::chunks(), &cases::process(), &Options { native_events: true, structures: true })
}

fn survive(format: Format, bytes: &[u8]) {
    if let Ok(received) = decode(format, bytes, &TIGHT) {
        let spans: usize = received.iter().flat_map(|r| &r.chunks).map(|chunk| chunk.spans.len()).sum();
        assert!(spans <= TIGHT.spans);
        assert_eq!(rows(received).len(), spans);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn random_bytes(format in 0..FORMATS.len(), bytes in proptest::collection::vec(any::<u8>(), 0..600)) {
        survive(FORMATS[format], &bytes);
    }

    #[test]
    fn changed_bytes(format in 0..FORMATS.len(), changes in proptest::collection::vec((any::<usize>(), any::<u8>()), 1..8)) {
        let mut bytes = body(FORMATS[format]);
        for (at, byte) in changes {
            let length = bytes.len();
            bytes[at % length] = byte;
        }
        survive(FORMATS[format], &bytes);
    }

    #[test]
    fn moved_and_doubled_pieces(format in 0..FORMATS.len(), from in any::<usize>(), to in any::<usize>(), length in 1usize..200) {
        let mut bytes = body(FORMATS[format]);
        let from = from % bytes.len();
        let piece = bytes[from..(from + length).min(bytes.len())].to_vec();
        let to = to % bytes.len();
        bytes.splice(to..to, piece);
        survive(FORMATS[format], &bytes);
    }

    #[test]
    fn what_one_format_writes_no_other_chokes_on(writes in 0..FORMATS.len(), reads in 0..FORMATS.len()) {
        survive(FORMATS[reads], &body(FORMATS[writes]));
    }
}

#[test]
fn payloads_cut_off_anywhere_are_refused_or_shorter() {
    for format in FORMATS {
        let bytes = body(format);
        for end in 0..bytes.len() {
            survive(format, &bytes[..end]);
        }
        // Every prefix of a MessagePack or JSON payload is malformed.
        if format != Format::OtlpProtobuf {
            assert!(decode(format, &bytes[..bytes.len() - 1], &TIGHT).is_err(), "{format:?}");
        }
    }
}

#[test]
fn more_bytes_than_allowed_are_refused_unread() {
    for format in FORMATS {
        let limits = DecodeLimits { bytes: 100, ..TIGHT };
        assert_eq!(decode(format, &[0; 101], &limits), Err(Error::TooBig { limit: "bytes" }));
    }
}

#[test]
fn more_spans_than_allowed_are_refused() {
    let limits = DecodeLimits { spans: 4, ..DecodeLimits::DEFAULT };
    for format in FORMATS {
        assert_eq!(
            decode(format, &body(format), &limits),
            Err(Error::TooBig { limit: "spans" }),
            "{format:?}"
        );
    }
}

#[test]
fn a_text_repeated_by_reference_counts_each_time() {
    // v0.5: a table of one text of 10,000 bytes, and a span whose `meta` names it 1,000 times.
    let mut bytes = vec![0x92, 0x91, 0xda, 0x27, 0x10];
    bytes.extend([b'x'; 10_000]);
    bytes.extend([0x91, 0x91, 0x9c, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0xde, 0x03, 0xe8]);
    bytes.extend([0; 2_000]);
    bytes.extend([0x80, 0]);
    assert!(decode(Format::DatadogV05, &bytes, &DecodeLimits::DEFAULT).is_ok());
    assert_eq!(decode(Format::DatadogV05, &bytes, &TIGHT), Err(Error::TooBig { limit: "memory" }));
}

#[test]
fn empty_messages_do_not_grow_without_bound() {
    // OTLP: half a million empty spans in a megabyte.
    let spans: Vec<u8> = [0x12, 0x00].repeat(400_000);
    let mut bytes = vec![];
    for _ in 0..2 {
        let mut outer = vec![if bytes.is_empty() { 0x12 } else { 0x0a }];
        let inner = if bytes.is_empty() { spans.clone() } else { bytes };
        vedette_wire::protobuf::write::varint(&mut outer, inner.len() as u64);
        outer.extend(inner);
        bytes = outer;
    }
    assert_eq!(decode(Format::OtlpProtobuf, &bytes, &TIGHT), Err(Error::TooBig { limit: "spans" }));
}

#[test]
fn deep_nesting_is_refused() {
    // v0.4: an unknown field whose value is a list in a list in a list...
    let mut bytes = vec![0x91, 0x91, 0x81, 0xa1, b'x'];
    bytes.extend([0x91; 10_000]);
    bytes.push(0);
    assert_eq!(decode(Format::DatadogV04, &bytes, &TIGHT), Err(Error::TooBig { limit: "depth" }));
    // JSON: the reader has a bound of its own.
    let bytes = [b'['; 10_000];
    assert!(matches!(
        decode(Format::OtlpJson, &bytes, &TIGHT),
        Err(Error::Malformed { .. } | Error::TooBig { .. })
    ));
}
