//! Long texts as Datadog wants them in a tag: compressed (gzip, RFC 1952) and in base64.

use std::io::{Read, Write};

use base64::prelude::{Engine, BASE64_STANDARD};
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use flate2::Compression;

/// Bytes of the longest text that is unpacked: what is packed well may be made to fill memory.
const MOST: u64 = 256 * 1024;

/// The packed text; as it is if it can't be packed.
pub fn pack(text: &str) -> String {
    let mut writer = GzEncoder::new(Vec::new(), Compression::default());
    let packed = writer.write_all(text.as_bytes()).and_then(|()| writer.finish());
    packed.map_or_else(|_| text.to_owned(), |bytes| BASE64_STANDARD.encode(bytes))
}

/// The text that was packed; None if it is none, or too long.
pub fn unpack(packed: &str) -> Option<String> {
    let bytes = BASE64_STANDARD.decode(packed).ok()?;
    let mut text = String::new();
    let read = GzDecoder::new(bytes.as_slice()).take(MOST + 1).read_to_string(&mut text).ok()?;
    (read as u64 <= MOST).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_packed_can_be_unpacked() {
        for text in ["", "[8]", r#"[{"é":[8]}]"#, &"x".repeat(25_000)] {
            assert_eq!(unpack(&pack(text)).as_deref(), Some(text));
        }
    }

    #[test]
    fn what_is_not_packed_stays_away() {
        assert_eq!(unpack("[8]"), None);
        assert_eq!(unpack("bm90IGd6aXA="), None);
        assert_eq!(unpack(&pack("[8]")[..20]), None);
    }

    #[test]
    fn bombs_do_not_go_off() {
        assert_eq!(unpack(&pack(&"0".repeat(10_000_000))), None);
    }
}
