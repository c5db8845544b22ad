//! `ExportTraceServiceResponse`: what a receiver did not take.

use serde_json::Value;

/// The `partial_success` of an answer; all zero and empty when everything was taken.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Partial {
    /// Spans refused.
    pub rejected_spans: u64,
    /// Why, or a warning when none was refused.
    pub message: String,
}

/// Reads an answer; what cannot be understood counts as full success, because the status said so.
pub(super) fn parse(body: &[u8], json: bool) -> Partial {
    let found = if json { from_json(body) } else { from_protobuf(body) };
    found.unwrap_or_default()
}

fn from_json(body: &[u8]) -> Option<Partial> {
    let json: Value = serde_json::from_slice(body).ok()?;
    let partial = json.get("partialSuccess")?;
    // 64-bit numbers are texts in protobuf's JSON, but not everybody's.
    let rejected = &partial["rejectedSpans"];
    let rejected = rejected.as_u64().or_else(|| rejected.as_str()?.parse().ok());
    let message = partial["errorMessage"].as_str().unwrap_or_default().to_string();
    Some(Partial { rejected_spans: rejected.unwrap_or(0), message })
}

/// Field 1 of the answer holds field 1, a number, and field 2, a text.
fn from_protobuf(body: &[u8]) -> Option<Partial> {
    let mut found = Partial::default();
    for (field, value) in Fields(body) {
        if let (1, Field::Bytes(inner)) = (field, value) {
            for (field, value) in Fields(inner) {
                match (field, value) {
                    (1, Field::Number(rejected)) => found.rejected_spans = rejected,
                    (2, Field::Bytes(text)) => found.message = String::from_utf8_lossy(text).into_owned(),
                    _ => {}
                }
            }
        }
    }
    Some(found)
}

/// Fields of a protobuf message, until its end or the first that makes no sense.
struct Fields<'a>(&'a [u8]);

enum Field<'a> {
    Number(u64),
    Bytes(&'a [u8]),
}

impl<'a> Iterator for Fields<'a> {
    type Item = (u64, Field<'a>);

    fn next(&mut self) -> Option<Self::Item> {
        let tag = self.varint()?;
        let value = match tag & 7 {
            0 => Field::Number(self.varint()?),
            1 => Field::Bytes(self.take(8)?),
            2 => {
                let length = self.varint()?;
                Field::Bytes(self.take(usize::try_from(length).ok()?)?)
            }
            5 => Field::Bytes(self.take(4)?),
            _ => return None,
        };
        Some((tag >> 3, value))
    }
}

impl<'a> Fields<'a> {
    fn take(&mut self, count: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(count)?;
        self.0 = rest;
        Some(taken)
    }

    fn varint(&mut self) -> Option<u64> {
        let mut number = 0;
        for at in 0..10 {
            let byte = self.take(1)?[0];
            number |= u64::from(byte & 0x7f) << (7 * at);
            if byte < 0x80 {
                return Some(number);
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_partial_success_is_found_in_both_forms() {
        let expected = Partial { rejected_spans: 300, message: "too old".to_string() };
        let protobuf = b"\x0a\x0c\x08\xac\x02\x12\x07too old";
        assert_eq!(parse(protobuf, false), expected);
        let json = br#"{"partialSuccess":{"rejectedSpans":"300","errorMessage":"too old"}}"#;
        assert_eq!(parse(json, true), expected);
        assert_eq!(
            parse(br#"{"partialSuccess":{"rejectedSpans":300,"errorMessage":"too old"}}"#, true),
            expected
        );
    }

    #[test]
    fn nonsense_is_success_and_never_panics() {
        let mut state = 1u32;
        for length in 0..2_000 {
            let bytes: Vec<u8> = (0..length % 40)
                .map(|_| {
                    state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                    (state >> 24) as u8
                })
                .collect();
            parse(&bytes, false);
            parse(&bytes, true);
        }
        assert_eq!(parse(b"", false), Partial::default());
        assert_eq!(parse(b"{}", true), Partial::default());
    }
}
