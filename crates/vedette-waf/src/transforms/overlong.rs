//! Overlong UTF-8: characters of ASCII in more bytes than they need, which lenient decoders accept and filters do not see.

/// A text of bytes that are no UTF-8: overlong ASCII as ASCII, anything else invalid as a replacement character.
pub(super) fn text_of(bytes: &[u8]) -> String {
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let (length, byte) = one(&bytes[at..]);
        out.push(byte);
        at += length;
    }
    String::from_utf8_lossy(&out).into_owned()
}

fn one(rest: &[u8]) -> (usize, u8) {
    let continues = |byte: u8| byte & 0xc0 == 0x80;
    match *rest {
        [lead @ (0xc0 | 0xc1), last, ..] if continues(last) => (2, lead << 6 | last & 0x3f),
        [0xe0, middle @ (0x80 | 0x81), last, ..] if continues(last) => (3, middle << 6 | last & 0x3f),
        [0xf0, 0x80, middle @ (0x80 | 0x81), last, ..] if continues(last) => (4, middle << 6 | last & 0x3f),
        _ => (1, rest[0]),
    }
}
